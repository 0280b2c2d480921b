"""What the peer room needs of the registry, answered from the local view."""

from oracle.chain.books.members import Endpoint, Member, at_version
from oracle.chain.errors import UnknownKeyVersion, UnknownMember
from oracle.chain.view import AllianceView
from oracle.crypto.sealing import SUITE_NUMBER
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.peer.client import PeerAddress
from oracle.peer.tls import AuditorCertificate, PeerCertificate


class Registry:
    """Key history, newest keys and endpoints of all members; None for what the registry does not have."""

    def __init__(self, view: AllianceView) -> None:
        self._view = view

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        try:
            return self._view.operator_of(member, version)
        except (UnknownMember, UnknownKeyVersion):
            return None

    def operator_counts(self, member: MemberId, version: KeyVersion) -> bool:
        """Whether it is the current version or within its grace now."""
        try:
            return at_version(self._view.member(member).operators, version).counts_at(self._view.now)
        except (UnknownMember, UnknownKeyVersion):
            return False

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None:
        """None also for a key of a suite that this release does not seal with."""
        try:
            found = self._view.sealing_key(member, version)
        except (UnknownMember, UnknownKeyVersion):
            return None
        return found.key if found.suite == SUITE_NUMBER else None

    def newest_operator_version(self, member: MemberId) -> KeyVersion | None:
        found = self._view.members.all.get(member)
        return None if found is None or not found.operators else found.operator.version

    def newest_sealing_version(self, member: MemberId) -> KeyVersion | None:
        found = self._view.members.all.get(member)
        return None if found is None or not found.sealing_keys else found.sealing_key.version

    def address_of(self, member: MemberId) -> PeerAddress | None:
        found = self._view.members.all.get(member)
        if found is None or found.endpoint is None:
            return None
        return PeerAddress(
            endpoint=found.endpoint.url,
            certificate=found.endpoint.certificate,
            earlier=tuple(one.certificate for one in self._counting(found) if one is not found.endpoint),
        )

    def certificates(self) -> tuple[PeerCertificate, ...]:
        """Of members that may still talk to us, in the order in which they registered them.

        Suspended and former members still settle what is owed, so they may connect; rules decide the rest.
        """
        registered = [
            (endpoint.since_block, member.id, endpoint.certificate)
            for member in self._view.members.all.values()
            for endpoint in self._counting(member)
        ]
        return tuple(
            PeerCertificate(member=member, certificate=certificate)
            for _, member, certificate in sorted(registered, key=lambda entry: entry[0])
        )

    def auditor_certificates(self) -> tuple[AuditorCertificate, ...]:
        """Of the auditors in office, in the order of their appointment."""
        return tuple(
            AuditorCertificate(auditor=one.account, certificate=one.certificate)
            for one in self._view.audits.auditors.values()
        )

    def _counting(self, member: Member) -> tuple[Endpoint, ...]:
        """The current endpoint, and those before it whose certificates are within their grace."""
        return tuple(endpoint for endpoint in member.endpoints if endpoint.counts_at(self._view.now))
