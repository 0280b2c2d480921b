"""Who is behind a certificate: exactly those of the chain are trusted, no names and no authorities."""

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from oracle.crypto.errors import CertificateRefused
from oracle.crypto.tls import TlsIdentity, check_certificate, fingerprint
from oracle.crypto.tls import server_context as context_for_server
from oracle.domain.ids import Address, MemberId

Party: TypeAlias = MemberId | Address
"""Whoever may connect: a member by its number, an auditor by its account."""
_Party = TypeVar("_Party", MemberId, Address)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCertificate:
    """One member's registered certificate, DER."""

    member: MemberId
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorCertificate:
    """The certificate of an auditor in office, DER."""

    auditor: Address
    certificate: bytes


class TrustedPeers:
    """Who may connect now, by the SHA-256 fingerprint of the certificate.

    Members and auditors are looked up apart, so neither of them is shut out by one that registers a copy of
    its certificate.
    """

    def __init__(self) -> None:
        self._members: dict[bytes, MemberId] = {}
        self._auditors: dict[bytes, Address] = {}
        self._anchors: dict[bytes, bytes] = {}
        self._context: ssl.SSLContext | None = None

    def attach(self, context: ssl.SSLContext) -> None:
        """Anchors of now and of later refreshes go into this server context; it may be in use."""
        self._context = context
        for certificate in self._anchors.values():
            _add_anchor(context, certificate)

    def refresh(
        self, members: Iterable[PeerCertificate], auditors: Iterable[AuditorCertificate] = ()
    ) -> tuple[Party, ...]:
        """Trusts exactly these from now on; returns those whose certificate is of no use.

        In the order of registration: a certificate that another of its kind copies stays its first owner's.
        A context cannot forget an anchor: a removed one still gets through the handshake, and is refused
        by `member_of` and `auditor_of` on each request.
        """
        unusable: list[Party] = []
        self._members = self._known(((each.certificate, each.member) for each in members), unusable)
        self._auditors = self._known(((each.certificate, each.auditor) for each in auditors), unusable)
        return tuple(unusable)

    def member_of(self, certificate: bytes | None) -> MemberId | None:
        """The member that registered this certificate (DER), if it is trusted now."""
        return None if certificate is None else self._members.get(fingerprint(certificate))

    def auditor_of(self, certificate: bytes | None) -> Address | None:
        """The auditor in office that was appointed with this certificate (DER)."""
        return None if certificate is None else self._auditors.get(fingerprint(certificate))

    def party_of(self, certificate: bytes | None) -> Party | None:
        """Whose connection it is, to count it: a member that copies an auditor's takes none of its places."""
        return self.auditor_of(certificate) or self.member_of(certificate)

    def _known(
        self, certificates: Iterable[tuple[bytes, _Party]], unusable: list[Party]
    ) -> dict[bytes, _Party]:
        known: dict[bytes, _Party] = {}
        for certificate, party in certificates:
            try:
                known.setdefault(self._anchor(certificate), party)
            except CertificateRefused:
                unusable.append(party)
        return known

    def _anchor(self, certificate: bytes) -> bytes:
        name = fingerprint(certificate)
        if name not in self._anchors:
            check_certificate(certificate)
            if self._context is not None:
                _add_anchor(self._context, certificate)
            self._anchors[name] = certificate
        return name


def certificate_on(transport: asyncio.BaseTransport | None) -> bytes | None:
    """What whoever is at the other end of a server's connection has shown, DER."""
    tls = None if transport is None else transport.get_extra_info("ssl_object")
    return None if tls is None else tls.getpeercert(binary_form=True)


def server_context(identity: TlsIdentity, peers: TrustedPeers) -> ssl.SSLContext:
    """A client without a certificate of those in `peers`, now or later, does not get through."""
    context = context_for_server(identity, ())
    peers.attach(context)
    return context


def _add_anchor(context: ssl.SSLContext, certificate: bytes) -> None:
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError as error:
        raise CertificateRefused("The certificate is none that OpenSSL can use.") from error
