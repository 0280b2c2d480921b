"""Mutual TLS 1.3 in which exactly the certificates of the registry are trusted: no names, no authorities."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NewType

from cryptography import x509

from oracle.domain.errors import Misconfigured
from oracle.domain.ids import MemberId
from oracle.peer.errors import CertificateUnusable

Fingerprint = NewType("Fingerprint", bytes)
"""SHA-256 of a certificate's DER bytes, as the registry's `EndpointSet` event has it."""

MAX_CERTIFICATE: Final = 2048


class IdentityUnusable(Misconfigured):
    """This member's own certificate and key do not make a TLS identity."""

    code = "tls_identity_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsIdentity:
    """This member's certificate and private key, PEM files; the certificate is the one in the registry."""

    certificate: Path
    private_key: Path
    passphrase: bytes | None = None

    def __repr__(self) -> str:
        return "TlsIdentity()"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCertificate:
    """One member's registered certificate, DER."""

    member: MemberId
    certificate: bytes


def fingerprint(certificate: bytes) -> Fingerprint:
    return Fingerprint(sha256(certificate).digest())


class TrustedPeers:
    """Who is behind a certificate. In order of registration: a copied certificate stays its first owner's."""

    def __init__(self) -> None:
        self._members: dict[Fingerprint, MemberId] = {}
        self._anchors: dict[Fingerprint, bytes] = {}
        self._context: ssl.SSLContext | None = None

    def attach(self, context: ssl.SSLContext) -> None:
        """Anchors of now and of later refreshes go into this server context; it may be in use."""
        self._context = context
        for certificate in self._anchors.values():
            add_anchor(context, certificate)

    def refresh(self, certificates: Iterable[PeerCertificate]) -> tuple[MemberId, ...]:
        """Trusts exactly these from now on; returns the members whose certificate is of no use.

        A context cannot forget an anchor: a removed one still gets through the handshake, and is refused
        by `member_of` on each request.
        """
        members: dict[Fingerprint, MemberId] = {}
        unusable: list[MemberId] = []
        for peer in certificates:
            try:
                members.setdefault(self._anchor(peer.certificate), peer.member)
            except CertificateUnusable:
                unusable.append(peer.member)
        self._members = members
        return tuple(unusable)

    def _anchor(self, certificate: bytes) -> Fingerprint:
        name = fingerprint(certificate)
        if name not in self._anchors:
            require_certificate(certificate)
            if self._context is not None:
                add_anchor(self._context, certificate)
            self._anchors[name] = certificate
        return name

    def member_of(self, certificate: bytes | None) -> MemberId | None:
        """The member that registered this certificate, if it is trusted now."""
        return None if certificate is None else self._members.get(fingerprint(certificate))


def server_context(identity: TlsIdentity, peers: TrustedPeers) -> ssl.SSLContext:
    """For the listening side: a client without one of the anchors does not get through the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # A resumed session would carry an identity past the moment in which its certificate was replaced.
    context.num_tickets = 0
    _harden(context, identity)
    peers.attach(context)
    return context


def client_context(identity: TlsIdentity, peer_certificate: bytes) -> ssl.SSLContext:
    """For connections to one peer: its registered certificate, byte for byte, or no connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    _harden(context, identity)
    add_anchor(context, peer_certificate)
    context.sslobject_class = _pinned(fingerprint(peer_certificate))
    return context


def require_certificate(certificate: bytes) -> None:
    """Refuses what is not exactly one certificate in DER of the registry's greatest size."""
    if len(certificate) > MAX_CERTIFICATE:
        raise CertificateUnusable(f"a registered certificate has more than {MAX_CERTIFICATE} bytes")
    try:
        x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise CertificateUnusable("a registered certificate is not one in DER") from error


def add_anchor(context: ssl.SSLContext, certificate: bytes) -> None:
    require_certificate(certificate)
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError as error:
        raise CertificateUnusable("a registered certificate is none that OpenSSL can use") from error


def _harden(context: ssl.SSLContext, identity: TlsIdentity) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    # Lets a certificate that is its own authority, or has one that nobody asks, be the anchor itself.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_cert_chain(identity.certificate, identity.private_key, identity.passphrase or b"")
    except (OSError, ssl.SSLError) as error:
        raise IdentityUnusable(
            "the TLS certificate and key of this member do not load; check both files and the pass phrase"
        ) from error


def _pinned(expected: Fingerprint) -> type[ssl.SSLObject]:
    class PinnedSSLObject(ssl.SSLObject):
        """Ends the handshake with any other certificate, even one that the anchor signed."""

        def do_handshake(self) -> None:
            super().do_handshake()
            certificate = self.getpeercert(binary_form=True)
            if certificate is None or fingerprint(certificate) != expected:
                raise ssl.SSLCertVerificationError("the peer's certificate is not the registered one")

    return PinnedSSLObject
