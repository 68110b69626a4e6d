"""Certificates made for one test: by an authority of its own, for the names that are asked for, good or spoilt."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """Whom the clients of a test believe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for tests")])
        builder = _builder(self._name, self._name, self._key, datetime.now(UTC) + DAY)
        self._certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            self._key, SHA256()
        )

    @property
    def believed(self) -> ssl.SSLContext:
        """For a client that believes this authority, and what it would otherwise believe."""
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=self._certificate.public_bytes(Encoding.PEM).decode())
        return context

    def server(self, *names: str, until: datetime | None = None) -> ssl.SSLContext:
        """For a server with a certificate for these names and addresses."""
        key = generate_private_key(SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        builder = _builder(name, self._name, key, until if until is not None else datetime.now(UTC) + DAY)
        alternatives = x509.SubjectAlternativeName([_named(one) for one in names])
        made = builder.add_extension(alternatives, critical=False).sign(self._key, SHA256())
        path = self._folder / f"{made.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    numbered = builder.serial_number(x509.random_serial_number())
    return numbered.not_valid_before(until - 30 * DAY).not_valid_after(until)


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
