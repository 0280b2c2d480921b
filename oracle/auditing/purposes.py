"""Under which purposes members ask, as far as drawn batches show it, beside how much they asked in all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from oracle.auditing.codec import DossierDamaged, decode_dossier
from oracle.chain.facts import Anchored, Committed
from oracle.domain.ids import MemberId
from oracle.domain.reports import PurposeLine
from oracle.peer.statements import parse_request


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """How much each member asked in one mode."""

    batches: Counter[MemberId] = field(default_factory=Counter)
    elements: Counter[MemberId] = field(default_factory=Counter)

    def add(self, member: MemberId, batches: int, elements: int) -> None:
        self.batches[member] += batches
        self.elements[member] += elements


def purpose_lines(files: Iterable[bytes], asked: Iterable[Committed | Anchored]) -> tuple[PurposeLine, ...]:
    """By member and purpose; a member of which no batch was drawn has a line without a purpose."""
    batches: Counter[tuple[MemberId, int]] = Counter()
    elements: Counter[tuple[MemberId, int]] = Counter()
    for file in files:
        try:
            request = parse_request(decode_dossier(file).request).value
        except DossierDamaged:
            continue  # a statement of a loss, or nothing: its purpose is not known
        batches[request.requester, request.purpose] += 1
        elements[request.requester, request.purpose] += request.count
    committed, anchored = _Sums(), _Sums()
    for fact in asked:
        if isinstance(fact, Committed):
            committed.add(fact.requester, 1, fact.count)
        else:
            anchored.add(fact.requester, fact.batches, fact.elements)
    seen = {requester for requester, _ in batches}
    keys = [*batches, *((requester, 0) for requester in {*committed.batches, *anchored.batches} - seen)]
    return tuple(
        PurposeLine(
            requester=requester,
            purpose=purpose,
            batches=batches[requester, purpose],
            elements=elements[requester, purpose],
            committed_batches=committed.batches[requester],
            committed_elements=committed.elements[requester],
            anchored_batches=anchored.batches[requester],
            anchored_elements=anchored.elements[requester],
        )
        for requester, purpose in sorted(keys)
    )
