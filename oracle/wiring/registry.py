"""What the peer room needs of the registry, answered from the local view."""

from oracle.chain.books.members import Member
from oracle.chain.errors import UnknownKeyVersion, UnknownMember
from oracle.chain.view import AllianceView
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.peer.client import PeerAddress
from oracle.peer.tls import PeerCertificate


class Registry:
    """Key history, newest keys and endpoints of all members; None for what the registry does not have."""

    def __init__(self, view: AllianceView) -> None:
        self._view = view

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        try:
            return self._view.operator_of(member, version)
        except (UnknownMember, UnknownKeyVersion):
            return None

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None:
        try:
            return self._view.sealing_key(member, version).key
        except (UnknownMember, UnknownKeyVersion):
            return None

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
        return PeerAddress(endpoint=found.endpoint.url, certificate=found.endpoint.certificate)

    def certificates(self) -> tuple[PeerCertificate, ...]:
        """Of members that may still talk to us, in the order in which they registered them."""
        registered = [entry for entry in self._view.members.all.values() if _may_connect(entry)]
        registered.sort(key=lambda entry: entry.endpoint.since_block if entry.endpoint else 0)
        return tuple(
            PeerCertificate(member=entry.id, certificate=entry.endpoint.certificate)
            for entry in registered
            if entry.endpoint is not None
        )


def _may_connect(member: Member) -> bool:
    """Suspended and former members still settle what is owed, so they may connect; rules decide the rest."""
    return member.endpoint is not None
