"""What each cheat puts in the place of one honest part, and which rounds of its daemon it never begins."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from attacks.cheats import ClaimsNothing
from attacks.member import InProcess

from oracle.auditing.case_files import file_digest
from oracle.auditing.disclosure_file import DisclosureFile, encode_disclosure_file
from oracle.domain.errors import Transient
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.fields import SALT_SIZE
from oracle.peer.sealed import OpenedMessage
from oracle.rules.cases import Case
from oracle.store.openings import KeptOpening, OpeningJournal


class NothingSaid(Transient):
    """What was asked for is not sent."""

    code = "nothing_said"


class SilentSettling:
    """Takes the voucher as an honest holder does, and keeps every record that was paid for to itself."""

    def __init__(self, settling: Any) -> None:
        self._settling = settling

    async def take(self, message: OpenedMessage) -> bytes:
        answer: bytes = await self._settling.take(message)
        if decode_disclosures(answer).records:
            raise NothingSaid("The claims of this receipt are not answered.")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._settling, name)


class NothingShown:
    """Answers a dispute with a file that has no record in it, or not at all, whoever brings the claim."""

    def __init__(self, journal: OpeningJournal) -> None:
        self._journal = journal

    async def made(self, case: Case) -> KeptOpening | None:
        if case.id[-1] % 2:
            return None
        file = encode_disclosure_file(DisclosureFile(case_id=case.id, salt=bytes(SALT_SIZE), record=None))
        return await self._journal.add(KeptOpening(case_id=case.id, digest=file_digest(file), file=file))

    async def take(self, case: Case, content: bytes) -> None:
        """What an auditor hands over is not served either."""


def silent(member: InProcess) -> frozenset[str]:
    """Ignores claims, and whoever disputes that."""
    answering = member.audited.answering
    answering._serving = NothingShown(answering._journal)  # type: ignore[assignment]  # noqa: SLF001 - to cheat
    member.front.doors = member.doors(settling=SilentSettling(member.holder.settling))
    return frozenset()


def reader(member: InProcess) -> frozenset[str]:
    """Pays for the answer, reads the hits in it and claims none."""
    receipts = member.receipts()
    receipts._writer = ClaimsNothing(  # noqa: SLF001 - the daemon's own writer, but for what it leaves out
        me=member.id, lane=member.requester.lane, notary=member.notary, view=member.base.view
    )
    collector = member.collector(receipts=receipts)
    member.requester = replace(member.requester, receipts=receipts, collector=collector)
    member.front.doors = member.doors()
    return frozenset()


def unanchored(_: InProcess) -> frozenset[str]:
    """Brings no express batch to the chain, not even one that is reported."""
    return frozenset({"anchor", "prove"})


CHEATS: dict[str, Callable[[InProcess], frozenset[str]]] = {
    "Silent": silent,
    "Reader": reader,
    "Unanchored": unanchored,
}
"""The others that cheat need no other program: they import, leave out and rate what they should not."""
