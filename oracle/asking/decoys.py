"""Takes decoys from auditors and asks about them in batches that look like the institution's own.

A decoy batch follows a query of the institution like its next one: committed, with the same purpose and time
to answer. The member pays for the answers and can open none of the elements, so it claims nothing.
"""

import secrets
from typing import ClassVar, Final

from oracle.asking.ports import Clock
from oracle.asking.submission import Submission
from oracle.chain.view import AllianceView
from oracle.crypto.errors import CryptoError
from oracle.crypto.group import decode_point
from oracle.crypto.typed_data import Domain
from oracle.domain.asked import Question
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import Address, MemberId
from oracle.domain.subject import SubjectType
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.decoys import DecoyTicket, parse_ticket, ticket_digest, ticket_signer
from oracle.store.asked import AskedJournal
from oracle.store.decoys import DecoyJournal, KeptDecoys

A_DAY_S: Final = 86_400
"""A ticket that was not asked about by then is not asked about any more; shares are counted over it, too."""
SKEW_S: Final = 300
EACH: Final = 4
ALL: Final = 16
_NEWEST: Final = 50
_QUERY_ID: Final = 32


class DecoysRefused(Refused):
    """This member takes no decoys, or not these."""

    code: ClassVar[str] = "decoys_refused"


class DecoysWait(Transient):
    """As many decoys wait here as this member takes at a time."""

    code: ClassVar[str] = "decoys_wait"


class Decoys:
    """Never more than a share of what the institution itself asks in a day."""

    def __init__(
        self,
        *,
        me: MemberId,
        percent: int,
        journal: DecoyJournal,
        asked: AskedJournal,
        submission: Submission,
        domain: Domain,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._percent = percent
        self._journal = journal
        self._asked = asked
        self._submission = submission
        self._domain = domain
        self._view = view
        self._clock = clock
        self._followed = ""

    async def take(self, raw: bytes, auditor: Address) -> None:
        """Returns once they are on disk. Raises `DecoysRefused`, `DecoysWait`."""
        ticket, signature = parse_ticket(raw)
        if not self._percent:
            raise DecoysRefused("This member takes no decoys.")
        if ticket.member != self._me or ticket_signer(ticket, signature, self._domain) != auditor:
            raise DecoysRefused("The ticket is for another member, or not signed by the auditor that calls.")
        if abs(self._clock.wall_ms() // 1_000 - ticket.at) > SKEW_S:
            raise DecoysRefused("The ticket was signed at another time than now.")
        self._check_elements(ticket)
        decoy_id = ticket_digest(ticket, self._domain)
        if await self._journal.of(decoy_id) is not None:
            return
        waiting = await self._waiting()
        if len(waiting) >= ALL or sum(one.auditor == auditor for one in waiting) >= EACH:
            raise DecoysWait("As many decoys wait here as this member takes at a time.")
        await self._journal.add(
            KeptDecoys(
                decoy_id=decoy_id,
                auditor=auditor,
                query_id=decoy_id.hex()[:_QUERY_ID],
                taken_at=self._clock.wall_ms() // 1_000,
                elements=ticket.count,
                ticket=raw,
            )
        )

    async def round(self) -> None:
        """Let one waiting ticket follow a query of the institution's own, at random and within the share."""
        retention = self._view.parameter("audit_retention_s").value
        await self._journal.forget(taken_before=self._clock.wall_ms() // 1_000 - 2 * retention - A_DAY_S)
        waiting = await self._waiting()
        if not waiting:
            return
        followed = await self._own_newest()
        if followed is None or followed[0] == self._followed:
            return
        self._followed, question = followed
        # Half of the time: what follows a query is the institution's next one as often as not.
        chosen = secrets.choice(waiting)
        if secrets.randbelow(2) or not await self._fits(chosen.elements):
            return
        ticket, _ = parse_ticket(chosen.ticket)
        await self._submission.submit_decoys(
            chosen.query_id,
            ticket.elements,
            purpose=question.purpose,
            deadline_s=question.deadline_s,
        )

    async def _waiting(self) -> tuple[KeptDecoys, ...]:
        return await self._journal.waiting(since=self._clock.wall_ms() // 1_000 - A_DAY_S)

    async def _fits(self, elements: int) -> bool:
        own, planted = await self._journal.asked_elements(since_ms=self._clock.wall_ms() - A_DAY_S * 1_000)
        return (planted + elements) * 100 <= own * self._percent

    async def _own_newest(self) -> tuple[str, Question] | None:
        """The newest committed query of the institution itself."""
        for query_id in await self._asked.query_ids(limit=_NEWEST):
            if await self._journal.of_query(query_id) is not None:
                continue
            batches, question = await self._asked.batches_of(query_id), await self._asked.question(query_id)
            if question is not None and batches and batches[0].content.reference is None:
                return query_id, question
        return None

    def _check_elements(self, ticket: DecoyTicket) -> None:
        """What holders would refuse would be held against this member, who asked."""
        elements = unpack_elements(ticket.elements)
        governed = {self._view.parameter(f"prefix_bits_{int(kind)}").value for kind in SubjectType}
        if {one.prefix_bits for one in elements} - governed or len({one.prefix_bits for one in elements}) > 1:
            raise DecoysRefused("The prefixes of the decoys are not of one governed length.")
        if len({one.blinded for one in elements}) != len(elements):
            raise DecoysRefused("Two of the decoys are one element.")
        try:
            for one in elements:
                decode_point(one.blinded)
        except CryptoError as error:
            raise DecoysRefused("One of the decoys is no element of the group.") from error
