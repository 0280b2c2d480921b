"""Mutual TLS 1.3 between members: self-signed Ed25519 certificates, each its own and only trust anchor."""

import hashlib
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from oracle.crypto.errors import CertificateRefused, require_length

VALIDITY = timedelta(days=3652)
"""Ten years; a member replaces its certificate through the registry, not by waiting."""
MAX_CERTIFICATE_SIZE = 2048
SECRET_SIZE = 32

_BACKDATED = timedelta(hours=1)
"""So that a member whose clock is a little slow accepts a certificate made just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsIdentity:
    """A member's certificate (DER) and the Ed25519 seed behind it."""

    certificate: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    def __reduce__(self) -> str:
        raise TypeError("A TLS key is not serialised.")


def create_certificate(secret: bytes, name: str, *, valid_from: datetime | None = None) -> bytes:
    """A self-signed certificate, DER, for the Ed25519 key with this seed; it cannot certify another."""
    require_length("TLS key", secret, SECRET_SIZE)
    key = Ed25519PrivateKey.from_private_bytes(secret)
    start = (datetime.now(UTC) if valid_from is None else valid_from) - _BACKDATED
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SIGNATURES_ONLY, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
    )
    return builder.sign(key, algorithm=None).public_bytes(Encoding.DER)


def to_pem(certificate: bytes) -> bytes:
    return ssl.DER_cert_to_PEM_cert(certificate).encode()


def from_pem(text: str) -> bytes:
    """One certificate, DER; raises `ValueError` on anything else."""
    return x509.load_pem_x509_certificate(text.encode()).public_bytes(Encoding.DER)


def belongs(certificate: bytes, secret: bytes) -> bool:
    """Whether the certificate is for the Ed25519 key with this seed."""
    key = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return x509.load_der_x509_certificate(certificate).public_key() == key


def valid_until(certificate: bytes) -> datetime:
    """The end of a certificate in DER, UTC."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def fingerprint(certificate: bytes) -> bytes:
    """SHA-256 of a certificate in DER, as the registry names it."""
    return hashlib.sha256(certificate).digest()


# Not all of the library's errors are `ValueError`s; a member's certificate must never be more than refused.
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def check_certificate(certificate: bytes) -> None:
    """Refuse what pinning would not pin: not self-signed, or able to certify others."""
    if len(certificate) > MAX_CERTIFICATE_SIZE:
        raise CertificateRefused(f"The certificate has more than {MAX_CERTIFICATE_SIZE} bytes.")
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        parsed.verify_directly_issued_by(parsed)
        constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        raise CertificateRefused("The certificate does not say that it cannot certify others.") from None
    except _UNREADABLE:
        raise CertificateRefused("The certificate is not a self-signed one in DER.") from None
    if constraints.ca:
        raise CertificateRefused("The certificate could certify others, so pinning it would pin nothing.")


def server_context(identity: TlsIdentity, trusted: Iterable[bytes]) -> ssl.SSLContext:
    """For a server that takes one of these certificates (DER) from its clients, and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    # A resumed session would outlive the certificate check of its first connection.
    context.num_tickets = 0
    return _prepared(context, identity, trusted)


def client_context(identity: TlsIdentity, trusted: Iterable[bytes]) -> ssl.SSLContext:
    """For a client of a server with one of these certificates (DER); names do not matter, the key does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    return _prepared(context, identity, trusted)


def _prepared(context: ssl.SSLContext, identity: TlsIdentity, trusted: Iterable[bytes]) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # The certificate itself has to be among the trusted ones. Else it is looked up by its name, and of two
    # with one name (a member's old and new one, or one of a member that took another's name) one is refused.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for certificate in trusted:
        check_certificate(certificate)
        context.load_verify_locations(cadata=certificate)
    show(context, identity)
    return context


def show(context: ssl.SSLContext, identity: TlsIdentity) -> None:
    """Identify as this from the next handshake on; the context may be in use."""
    key = Ed25519PrivateKey.from_private_bytes(identity.secret)
    pem = to_pem(identity.certificate) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # `ssl` takes a key from a file only; this one exists in memory and nowhere else.
    descriptor = os.memfd_create("tls", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")


_SIGNATURES_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
