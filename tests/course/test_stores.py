"""What DATABASE_URL and COURSE_BLOBS become."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from course import stores
from tests.postgres import Cluster, fresh


def test_without_one_it_is_sqlite_in_the_folder(tmp_path: Path) -> None:
    assert stores.database("", tmp_path)["NAME"] == tmp_path / "db.sqlite3"


def test_every_part_of_the_address_arrives(tmp_path: Path) -> None:
    found = stores.database("postgresql://ad%40min:p%2Fw@db.example:6432/the%20course?sslmode=require&connect_timeout=5", tmp_path)
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == ["the course", "ad@min", "p/w", "db.example", "6432"]
    assert found["OPTIONS"] == {"sslmode": "require", "connect_timeout": "5"}


def test_a_socket_has_a_folder_instead_of_a_host(tmp_path: Path) -> None:
    found = stores.database("postgres://course@/course?host=/run/postgresql", tmp_path)
    assert (found["HOST"], found["OPTIONS"]) == ("/run/postgresql", {})


@pytest.mark.parametrize("url", ["mysql://course@db/course", "postgresql://db", "course.sqlite3"])
def test_another_kind_is_refused_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://user"):
        stores.database(url, tmp_path)


def test_a_cluster_of_the_tests_own_answers_and_leaves_nothing(cluster: Cluster) -> None:
    with psycopg.connect(fresh(cluster.url())) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("course",)
    other = Cluster(cluster.bin)
    other.stop()
    assert not other.folder.exists()
    assert other.process.returncode is not None


def test_blobs_lie_in_a_folder_or_in_a_bucket(tmp_path: Path) -> None:
    assert stores.blobs("", tmp_path)["OPTIONS"] == {"location": tmp_path}
    aws = stores.blobs("s3://course-blobs/one?region=ap-northeast-2", tmp_path)
    assert aws["OPTIONS"] == {"bucket_name": "course-blobs", "location": "one", "region_name": "ap-northeast-2"}
    assert stores.blobs("s3://blobs?endpoint=http://s3:9000", tmp_path)["OPTIONS"]["endpoint_url"] == "http://s3:9000"


@pytest.mark.parametrize("url", ["/var/blobs", "s3:///prefix", "s3://blobs?endpont=http://s3:9000"])
def test_another_kind_of_store_is_refused_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="s3://bucket"):
        stores.blobs(url, tmp_path)


@pytest.mark.parametrize("holds", [True, False])
def test_while_it_is_held_no_connection_is_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holds: bool) -> None:
    monkeypatch.setattr(stores, "_held", [])
    found = stores.database("", tmp_path)
    with contextlib.closing(sqlite3.connect(found["NAME"])) as first:
        first.executescript("PRAGMA journal_mode=WAL; CREATE TABLE one (number INTEGER)")
    if holds:
        stores.hold(found)
        stores.hold(found)
    with contextlib.closing(sqlite3.connect(found["NAME"])) as request:
        request.execute("INSERT INTO one VALUES (1)")
        request.commit()
    assert (tmp_path / "db.sqlite3-wal").exists() == holds
    assert len(stores._held) == holds
    for one in stores._held:
        one.close()


def test_what_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_held", [])
    stores.hold(stores.database("", tmp_path))
    stores.hold(stores.database("postgres://course@db/course", tmp_path))
    assert stores._held == []
    assert list(tmp_path.iterdir()) == []
