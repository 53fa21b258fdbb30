"""The certificates with which a sandbox's cloud answers to AWS's own names.

Sources: https://docs.aws.amazon.com/general/latest/gr/rande.html (endpoints),
https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html (names of buckets),
https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html (one wildcard, one label).
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

REGIONS = (
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1", "ca-west-1",
    "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
    "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
_GLOBAL = ("*.amazonaws.com", "*.s3.amazonaws.com", "*.s3-accelerate.amazonaws.com", "*.queue.amazonaws.com", "*.health.amazonaws.com",
           "*.on.aws")  # fmt: skip
_REGIONAL = (
    "*.{r}.amazonaws.com", "*.s3.{r}.amazonaws.com", "*.dualstack.{r}.amazonaws.com", "*.s3.dualstack.{r}.amazonaws.com",
    "*.s3-{r}.amazonaws.com", "*.s3-control.{r}.amazonaws.com", "*.s3-website.{r}.amazonaws.com", "*.s3-website-{r}.amazonaws.com",
    "*.execute-api.{r}.amazonaws.com", "*.ecr.{r}.amazonaws.com", "*.dkr.ecr.{r}.amazonaws.com", "*.elb.{r}.amazonaws.com",
    "*.dynamodb.{r}.amazonaws.com", "*.lambda-url.{r}.on.aws",
)  # fmt: skip
_LIFE = timedelta(days=730)
_RENEW = timedelta(days=30)
_SKEW = timedelta(days=1)


def names() -> list[str]:
    """Every DNS name the leaf answers to. A wildcard stands for one label, as at AWS: a bucket name with dots does not match."""
    return [*_GLOBAL, *(pattern.format(r=region) for region in REGIONS for pattern in _REGIONAL)]


def ensure(tls_dir: str | os.PathLike[str]) -> Path:
    """Make ``ca.pem`` (the authority's certificate) and ``leaf.pem`` (leaf, authority, leaf's key; mode 0600) in ``tls_dir``, once.

    Both are valid for two years and made again, together, within 30 days of their end or where a name is missing. The authority's key
    exists only while it signs the one leaf and is thrown away: nobody can issue another name, and a renewal is a new authority,
    so what trusts ``ca.pem`` must read it anew at every start. Safe from several processes at once: the pair lives in a folder of
    its own that is swapped in by one rename, so ``ca.pem`` never stands beside another authority's leaf. Returns ``tls_dir``.
    """
    folder = Path(tls_dir)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not _fresh(folder):
        _publish(folder)
    return folder


def _fresh(folder: Path) -> bool:
    try:
        authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        chain = x509.load_pem_x509_certificates((folder / "leaf.pem").read_bytes())
    except (OSError, ValueError):
        return False
    latest = datetime.now(UTC) + _RENEW
    named = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    if set(named) < set(names()):
        return False
    return chain[0].issuer == authority.subject and chain[-1] == authority and min(c.not_valid_after_utc for c in chain) > latest


def _publish(folder: Path) -> None:
    pair = Path(tempfile.mkdtemp(prefix=".pair-", dir=folder))
    pair.chmod(0o755)
    authority, leaf = _make()
    (pair / "ca.pem").write_bytes(authority)
    descriptor = os.open(pair / "leaf.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(leaf)
    before = (folder / "current").readlink().name if (folder / "current").is_symlink() else None
    _link(folder, "current", pair.name)
    for name in ("ca.pem", "leaf.pem"):
        if not (folder / name).is_symlink():
            _link(folder, name, f"current/{name}")
    if before and before != pair.name:
        shutil.rmtree(folder / before, ignore_errors=True)


def _link(folder: Path, name: str, target: str) -> None:
    temporary = folder / f".{name}-{os.getpid()}-{os.urandom(4).hex()}"
    temporary.symlink_to(target)
    temporary.rename(folder / name)


def _make() -> tuple[bytes, bytes]:
    now = datetime.now(UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    issuer = _name("Course sandbox authority", f"{serial:x}"[:16])
    ca = _builder(issuer, issuer, ca_key.public_key(), now, serial)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(_usage(sign=False), critical=True)
    ca = ca.add_extension(x509.NameConstraints([x509.DNSName("amazonaws.com"), x509.DNSName("on.aws")], _no_addresses()), critical=True)
    authority = ca.sign(ca_key, hashes.SHA256())

    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _builder(_name("*.amazonaws.com"), issuer, key.public_key(), now, x509.random_serial_number())
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(_usage(sign=True), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    leaf = leaf.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names()]), critical=False)
    leaf = leaf.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    chain = [leaf.sign(ca_key, hashes.SHA256()), authority]
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = [certificate.public_bytes(serialization.Encoding.PEM) for certificate in chain]
    return pem[1], b"".join([*pem, secret])


def _name(common: str, serial: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    return x509.Name([*parts, x509.NameAttribute(NameOID.SERIAL_NUMBER, serial)] if serial else parts)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, serial: int) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, serial, now - _SKEW, now + _LIFE)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(*, sign: bool) -> x509.KeyUsage:
    """A leaf signs handshakes; an authority signs certificates and nothing else."""
    return x509.KeyUsage(
        digital_signature=sign, key_cert_sign=not sign, crl_sign=not sign, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _no_addresses() -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_network("0.0.0.0/0")), x509.IPAddress(ipaddress.ip_network("::/0"))]
