"""Under which purposes members ask, as far as drawn batches show it, beside how much they asked in all."""

from collections import Counter
from collections.abc import Iterable

from oracle.auditing.codec import DossierDamaged, decode_dossier
from oracle.chain.facts import Committed
from oracle.domain.ids import MemberId
from oracle.domain.reports import PurposeLine
from oracle.peer.statements import parse_request


def purpose_lines(files: Iterable[bytes], committed: Iterable[Committed]) -> tuple[PurposeLine, ...]:
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
    all_batches: Counter[MemberId] = Counter()
    all_elements: Counter[MemberId] = Counter()
    for fact in committed:
        all_batches[fact.requester] += 1
        all_elements[fact.requester] += fact.count
    seen = {requester for requester, _ in batches}
    keys = [*batches, *((requester, 0) for requester in all_batches if requester not in seen)]
    return tuple(
        PurposeLine(
            requester=requester,
            purpose=purpose,
            batches=batches[requester, purpose],
            elements=elements[requester, purpose],
            committed_batches=all_batches[requester],
            committed_elements=all_elements[requester],
        )
        for requester, purpose in sorted(keys)
    )
