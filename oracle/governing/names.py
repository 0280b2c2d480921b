"""Names of members: the chain has only a name's hash, so a name counts when it hashes to that."""

from collections.abc import Iterable

from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import MemberId

_ADMIT = "Admit "
_DETAILS = " (operator "


class MemberNames:
    """Candidates come from the deployment record and from the titles of admissions; the hash decides."""

    def __init__(self, *, view: AllianceView, known: Iterable[str]) -> None:
        self._view = view
        self._known = {keccak256(name.encode()): name for name in known}

    def name_of(self, member: MemberId) -> str:
        """The member's name, empty when this institution has no name that fits the registered hash."""
        wanted = self._view.member(member).profile_hash
        if wanted not in self._known:
            for proposal in self._view.proposals.all:
                title = proposal.created.description
                if title.startswith(_ADMIT):
                    name = title.removeprefix(_ADMIT).split(_DETAILS)[0]
                    self._known.setdefault(keccak256(name.encode()), name)
        return self._known.get(wanted, "")
