from __future__ import annotations

import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from sandbox.cloud import tls


def certificates(folder: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / "leaf.pem").read_bytes())


def test_made_once_and_private(tmp_path: Path) -> None:
    tls.ensure(tmp_path / "tls")
    before = (tmp_path / "tls/leaf.pem").read_bytes()
    tls.ensure(tmp_path / "tls")
    assert (tmp_path / "tls/leaf.pem").read_bytes() == before
    assert stat.S_IMODE((tmp_path / "tls/leaf.pem").stat().st_mode) == 0o600
    assert b"PRIVATE" not in (tmp_path / "tls/ca.pem").read_bytes()
    assert before.count(b"PRIVATE KEY-----") == 2  # one key, its begin and end: the leaf's own


def test_openssl_accepts_the_chain(tmp_path: Path) -> None:
    tls.ensure(tmp_path)
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        str(tmp_path / "ca.pem"),
        str(tmp_path / "leaf.pem"),
    ]
    for name in (
        "sts.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "b.s3.ap-northeast-2.amazonaws.com",
        "a1.execute-api.us-east-1.amazonaws.com",
    ):
        checked = subprocess.run([*command[:-1], "-verify_hostname", name, command[-1]], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, (name, checked.stdout, checked.stderr)
    refused = subprocess.run(
        [*command[:-1], "-verify_hostname", "my.bucket.s3.amazonaws.com", command[-1]], capture_output=True, check=False
    )
    assert refused.returncode != 0


def test_authority_signs_amazon_names_only(tmp_path: Path) -> None:
    tls.ensure(tmp_path)
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert {name.value for name in constraints.value.permitted_subtrees or ()} == {"amazonaws.com", "on.aws"}


@pytest.mark.parametrize("days", [29, -1])
def test_made_again_near_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(tls, "_LIFE", timedelta(days=days))
    monkeypatch.setattr(tls, "_SKEW", timedelta(days=40))
    tls.ensure(tmp_path)
    old = certificates(tmp_path)
    monkeypatch.undo()
    tls.ensure(tmp_path)
    new = certificates(tmp_path)
    assert new[0] != old[0] and new[1].subject != old[1].subject
    assert new[0].not_valid_after_utc > datetime.now(UTC) + timedelta(days=700)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pair")] == [(tmp_path / "current").readlink().name]


def test_rubbish_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("rubbish")
    (tmp_path / "leaf.pem").write_text("rubbish")
    tls.ensure(tmp_path)
    assert len(certificates(tmp_path)) == 2


def test_many_at_once_leave_one_pair(tmp_path: Path) -> None:
    threads = [threading.Thread(target=tls.ensure, args=(tmp_path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    assert certificates(tmp_path)[1] == authority
    certificates(tmp_path)[0].verify_directly_issued_by(authority)
