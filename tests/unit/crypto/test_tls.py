"""Mutual TLS with certificates of this layer, over sockets in memory."""

import secrets
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from oracle.crypto import tls
from oracle.crypto.errors import CertificateRefused, WrongLength
from oracle.crypto.tls import TlsIdentity


def identity(name: str, **options: datetime) -> TlsIdentity:
    secret = secrets.token_bytes(32)
    return TlsIdentity(certificate=tls.create_certificate(secret, name, **options), secret=secret)


def issued(issuer: TlsIdentity, name: str, *, ca: bool = False, own: bool = False) -> TlsIdentity:
    """A certificate signed by the issuer's key (or, when `own`, by its own), as an attacker would make it."""
    secret = secrets.token_bytes(32)
    key = Ed25519PrivateKey.from_private_bytes(secret)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = key if own else Ed25519PrivateKey.from_private_bytes(issuer.secret)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if own else x509.load_der_x509_certificate(issuer.certificate).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signer, algorithm=None)
    )
    return TlsIdentity(certificate=certificate.public_bytes(Encoding.DER), secret=secret)


BANK_A, BANK_B, STRANGER = identity("Bank A"), identity("Bank B"), identity("Bank A")


def meet(client: ssl.SSLContext, server: ssl.SSLContext) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Shake hands in memory and pass one message each way; raises what either side raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_side=False, server_hostname=None)
    serving = server.wrap_bio(to_server, to_client, server_side=True)
    pending = [asking, serving]
    while pending:
        for side in list(pending):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            pending.remove(side)
    # With TLS 1.3 the client learns that its certificate was refused only when it reads.
    serving.write(b"hello")
    assert asking.read(5) == b"hello"
    asking.write(b"hello")
    assert serving.read(5) == b"hello"
    return asking, serving


def test_mutual_tls__both_pinned__shows_each_the_others_exact_certificate() -> None:
    server = tls.server_context(BANK_A, [STRANGER.certificate, BANK_B.certificate])
    asking, serving = meet(tls.client_context(BANK_B, (BANK_A.certificate,)), server)
    assert asking.getpeercert(binary_form=True) == BANK_A.certificate
    assert serving.getpeercert(binary_form=True) == BANK_B.certificate
    assert asking.version() == "TLSv1.3"


@pytest.mark.parametrize("first", [True, False])
def test_mutual_tls__certificates_of_one_name__each_is_accepted_as_itself(*, first: bool) -> None:
    namesake = (STRANGER, identity("Bank A")) if first else (identity("Bank A"), STRANGER)
    anchors = [one.certificate for one in namesake]
    for shown in namesake:
        asking, serving = meet(
            tls.client_context(shown, (BANK_B.certificate,)), tls.server_context(BANK_B, anchors)
        )
        assert serving.getpeercert(binary_form=True) == shown.certificate
        asking, serving = meet(
            tls.client_context(BANK_B, anchors), tls.server_context(shown, [BANK_B.certificate])
        )
        assert asking.getpeercert(binary_form=True) == shown.certificate
    with pytest.raises(ssl.SSLError):
        meet(tls.client_context(BANK_A, (BANK_B.certificate,)), tls.server_context(BANK_B, anchors))


def test_mutual_tls__client_that_is_not_pinned__is_refused() -> None:
    server = tls.server_context(BANK_A, [BANK_B.certificate])
    with pytest.raises(ssl.SSLError):
        meet(tls.client_context(STRANGER, (BANK_A.certificate,)), server)


def test_mutual_tls__client_without_certificate__is_refused() -> None:
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname, bare.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        meet(bare, tls.server_context(BANK_A, [BANK_B.certificate]))


def test_mutual_tls__server_of_the_same_name_with_another_key__is_refused() -> None:
    server = tls.server_context(STRANGER, [BANK_B.certificate])
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(tls.client_context(BANK_B, (BANK_A.certificate,)), server)


def test_mutual_tls__client_certified_by_a_pinned_member__is_refused() -> None:
    server = tls.server_context(BANK_A, [BANK_B.certificate])
    with pytest.raises(ssl.SSLError):
        meet(tls.client_context(issued(BANK_B, "Bank C"), (BANK_A.certificate,)), server)


def test_mutual_tls__server_certified_by_the_pinned_member__is_refused() -> None:
    server = tls.server_context(issued(BANK_A, "Bank C"), [BANK_B.certificate])
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(tls.client_context(BANK_B, (BANK_A.certificate,)), server)


def test_mutual_tls__expired_certificate__is_refused() -> None:
    old = identity("Bank A", valid_from=datetime(2005, 1, 1, tzinfo=UTC))
    server = tls.server_context(old, [BANK_B.certificate])
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(tls.client_context(BANK_B, (old.certificate,)), server)


def test_create_certificate__now__is_valid_for_ten_years_and_small() -> None:
    parsed = x509.load_der_x509_certificate(BANK_A.certificate)
    assert parsed.not_valid_after_utc - parsed.not_valid_before_utc == timedelta(days=3652)
    assert len(BANK_A.certificate) <= 2048
    tls.check_certificate(BANK_A.certificate)


def test_create_certificate__key_of_wrong_length__is_refused() -> None:
    with pytest.raises(WrongLength):
        tls.create_certificate(bytes(31), "Bank A")


@pytest.mark.parametrize(
    "certificate",
    [
        b"",
        b"\x30\x00",
        BANK_A.certificate[:-1],
        BANK_A.certificate + b"\x00",
        BANK_A.certificate[:-1] + bytes((BANK_A.certificate[-1] ^ 1,)),
        BANK_A.certificate + bytes(2048),
        issued(BANK_A, "Bank C").certificate,
        issued(BANK_A, "Bank C", own=True, ca=True).certificate,
    ],
)
def test_check_certificate__what_cannot_be_pinned__is_refused(certificate: bytes) -> None:
    with pytest.raises(CertificateRefused):
        tls.check_certificate(certificate)
    with pytest.raises(CertificateRefused):
        tls.server_context(BANK_A, [certificate])
    with pytest.raises(CertificateRefused):
        tls.client_context(BANK_B, (certificate,))


def test_fingerprint__of_a_certificate__is_its_sha256() -> None:
    assert tls.fingerprint(b"").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
