"""Certificates, asked for and imported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec

from frozen.aws import Aws, data, tags

MADE = {"certificate": ["arn:*"] * 3}
ALTERED = {"certificate": ["arn:*"]}
REMOVED = {"certificate": ["arn:*"]}
SHOWN = {
    "body": "get_certificate Certificate",
    "tags": "list_tags_for_certificate Tags",
    "settings": "get_account_configuration ExpiryEvents",
}


def populate(aws: Aws) -> None:
    acm = aws["acm"]
    asked = acm.request_certificate(
        DomainName="example.com", ValidationMethod="DNS", SubjectAlternativeNames=["www.example.com"], Tags=tags(k="v")
    )
    second = acm.request_certificate(DomainName="second.example.com")
    certificate, key = _own()
    acm.import_certificate(Certificate=data(certificate), PrivateKey=data(key))
    acm.put_account_configuration(ExpiryEvents={"DaysBeforeExpiry": 20}, IdempotencyToken="t")
    aws.made["certificates"] = [asked["CertificateArn"], second["CertificateArn"]]


def _own() -> tuple[bytes, bytes]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "own.example.com")])
    names = x509.SubjectAlternativeName([x509.DNSName("own.example.com")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now).not_valid_after(now + timedelta(days=90)).add_extension(names, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    return made.public_bytes(pem.Encoding.PEM), private


def alter(aws: Aws) -> None:
    aws["acm"].add_tags_to_certificate(CertificateArn=aws.made["certificates"][0], Tags=tags(k="w"))


def remove(aws: Aws) -> None:
    aws["acm"].delete_certificate(CertificateArn=aws.made["certificates"][1])
