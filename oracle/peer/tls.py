"""Who is behind a certificate: exactly those of the registry are trusted, no names and no authorities."""

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

from oracle.crypto.errors import CertificateRefused
from oracle.crypto.tls import TlsIdentity, check_certificate, fingerprint
from oracle.crypto.tls import server_context as context_for_server
from oracle.domain.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCertificate:
    """One member's registered certificate, DER."""

    member: MemberId
    certificate: bytes


class TrustedPeers:
    """The members that may connect now, by the SHA-256 fingerprint of their certificate."""

    def __init__(self) -> None:
        self._members: dict[bytes, MemberId] = {}
        self._anchors: dict[bytes, bytes] = {}
        self._context: ssl.SSLContext | None = None

    def attach(self, context: ssl.SSLContext) -> None:
        """Anchors of now and of later refreshes go into this server context; it may be in use."""
        self._context = context
        for certificate in self._anchors.values():
            _add_anchor(context, certificate)

    def refresh(self, certificates: Iterable[PeerCertificate]) -> tuple[MemberId, ...]:
        """Trusts exactly these from now on; returns the members whose certificate is of no use.

        In the order of registration: a certificate that another member copies stays its first owner's.
        A context cannot forget an anchor: a removed one still gets through the handshake, and is refused
        by `member_of` on each request.
        """
        members: dict[bytes, MemberId] = {}
        unusable: list[MemberId] = []
        for peer in certificates:
            try:
                members.setdefault(self._anchor(peer.certificate), peer.member)
            except CertificateRefused:
                unusable.append(peer.member)
        self._members = members
        return tuple(unusable)

    def member_of(self, certificate: bytes | None) -> MemberId | None:
        """The member that registered this certificate (DER), if it is trusted now."""
        return None if certificate is None else self._members.get(fingerprint(certificate))

    def caller_on(self, transport: asyncio.BaseTransport | None) -> MemberId | None:
        """Who is at the other end of a server's connection, as far as it is trusted now."""
        tls = None if transport is None else transport.get_extra_info("ssl_object")
        return None if tls is None else self.member_of(tls.getpeercert(binary_form=True))

    def _anchor(self, certificate: bytes) -> bytes:
        name = fingerprint(certificate)
        if name not in self._anchors:
            check_certificate(certificate)
            if self._context is not None:
                _add_anchor(self._context, certificate)
            self._anchors[name] = certificate
        return name


def server_context(identity: TlsIdentity, peers: TrustedPeers) -> ssl.SSLContext:
    """A client with another certificate than those in `peers`, now or later, does not get through.

    One without any does, and is nobody: it is served what asks for another proof.
    """
    context = context_for_server(identity, ())
    peers.attach(context)
    return context


def _add_anchor(context: ssl.SSLContext, certificate: bytes) -> None:
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError as error:
        raise CertificateRefused("The certificate is none that OpenSSL can use.") from error
