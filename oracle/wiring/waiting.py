"""Puts journals, chain and lines together into what is in flight and why it waits."""

from collections.abc import AsyncIterator
from typing import Final

from oracle.domain.answered import AnswerState
from oracle.domain.asked import ReceiptState, ReplyState
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import ChainStatus, WaitingKind, WaitingLine, WaitingReport
from oracle.governing.names import MemberNames
from oracle.peer.contacts import Contacts
from oracle.rules.refusals import explained
from oracle.rules.waiting import (
    ChainSight,
    Contact,
    Sending,
    Why,
    why_no_answer,
    why_no_contact,
    why_no_express_reply,
    why_no_reply,
    why_sending,
    why_the_chain,
)
from oracle.store.open_work import OpenAnswer, OpenPart, OpenTransaction, OpenWork
from oracle.wiring.anchors_waiting import anchors_waiting
from oracle.wiring.foundation import Foundation

MOST: Final = 200
REFUSED_SHOWN_S: Final = 86_400
"""A refused receipt is shown for so long after its batch's deadline; nothing more will come of it."""
_COMMIT: Final = "commit:"


class WaitingDesk:
    """One report at a time; every line says whom or what it waits for."""

    def __init__(self, base: Foundation, me: MemberId, *, contacts: Contacts, names: MemberNames) -> None:
        self._base = base
        self._me = me
        self._work = OpenWork(base.database)
        self._contacts = contacts
        self._names = names

    async def report(self, chain: ChainStatus) -> WaitingReport:
        """Everything in flight: own batches, receipts, answers to others, transactions."""
        sight = self._sight(chain)
        lines = [line async for line in self._lines(sight)]
        return WaitingReport(lines=tuple(lines[:MOST]), total=len(lines))

    async def _lines(self, sight: ChainSight) -> AsyncIterator[WaitingLine]:
        pending = await self._work.transactions()
        places = {row.intent: (number, row) for number, row in enumerate(pending)}
        for batch in await self._work.uncommitted(limit=MOST):
            reference = batch.batch_id.hex()
            why = why_the_chain(sight) or _sending(places.pop(_COMMIT + reference, None))
            yield WaitingLine(
                kind=WaitingKind.COMMITMENT,
                reference="0x" + reference,
                query_id=batch.query_id,
                code=why.code,
                why=why.text,
                since=batch.created_at,
                deadline=batch.deadline,
            )
        for part in await self._work.unanswered(limit=MOST):
            yield self._part(WaitingKind.REPLY, part, self._why_no_reply(part, sight))
        since = self._base.clock.chain_time() - REFUSED_SHOWN_S
        for part in await self._work.unsettled(refused_after=since, limit=MOST):
            yield self._part(WaitingKind.RECEIPT, part, self._why_no_receipt(part))
        for answer in await self._work.answers(limit=MOST):
            yield self._answer(answer, sight)
        async for line in anchors_waiting(self._base, self._me, self._names):
            yield line
        for intent, place in places.items():
            why = why_the_chain(sight) or _sending(place)
            yield WaitingLine(kind=WaitingKind.TRANSACTION, reference=intent, code=why.code, why=why.text)

    def _sight(self, chain: ChainStatus) -> ChainSight:
        return ChainSight(
            held=chain.held is not None,
            reachable=chain.reachable,
            behind=max(0, chain.head_block - chain.cursor_block),
            cursor=chain.cursor_block,
            finality_depth=self._base.finality(),
        )

    def _why_no_reply(self, part: OpenPart, sight: ChainSight) -> Why:
        if part.state == ReplyState.RECEIVED:
            return Why(code="judging", text="The reply is here and is being checked.")
        if part.express:
            return why_no_express_reply(self._contact(part.holder), now=self._now())
        committed = self._base.view.commitment(self._me, part.batch_id)
        if committed is None:
            return Why(code="commitment_gone", text="A reorganisation took its commitment; it is sent again.")
        return why_no_reply(
            sight,
            self._contact(part.holder),
            block=committed.at.block_number,
            fetched_at=self._contacts.fetched_at(part.batch_id, part.holder),
            now=self._now(),
        )

    def _why_no_receipt(self, part: OpenPart) -> Why:
        if part.state == ReceiptState.REFUSED:
            reason = explained(part.reason)
            return Why(code="receipt_refused", text=f"The holder refused the receipt: {reason}.")
        return why_no_contact(self._contact(part.holder), now=self._now()) or Why(
            code="sending", text="The receipt is sent to the holder in the next round."
        )

    def _answer(self, answer: OpenAnswer, sight: ChainSight) -> WaitingLine:
        committed = self._base.view.commitment(answer.requester, answer.batch_id)
        if answer.state == AnswerState.DELIVERED:
            kind, why = (
                WaitingKind.SETTLEMENT,
                Why(
                    code="receipt_outstanding",
                    text="The requester has the reply and has not sent its receipt.",
                ),
            )
        else:
            kind, why = (
                WaitingKind.ANSWER,
                why_no_answer(
                    answer.state,
                    sight,
                    self._contact(answer.requester),
                    block=None if committed is None else committed.at.block_number,
                    now=self._now(),
                ),
            )
        return WaitingLine(
            kind=kind,
            reference=_hex(answer.batch_id),
            member=answer.requester,
            name=self._names.name_of(answer.requester),
            code=why.code,
            why=why.text,
            since=None if committed is None else committed.at.block_timestamp,
            deadline=answer.deadline,
        )

    def _part(self, kind: WaitingKind, part: OpenPart, why: Why) -> WaitingLine:
        return WaitingLine(
            kind=kind,
            reference=_hex(part.batch_id),
            query_id=part.query_id,
            member=part.holder,
            name=self._names.name_of(part.holder),
            code=why.code,
            why=why.text,
            since=part.since or None,
            deadline=part.deadline,
        )

    def _contact(self, member: MemberId) -> Contact:
        line = self._contacts.line(member)
        return Contact(
            in_standing=self._base.view.in_standing(member),
            failing_since=line.failing_since,
            failure=line.failure,
            heard_at=line.heard_at,
        )

    def _now(self) -> int:
        return self._base.clock.wall_ms() // 1_000


def _sending(place: tuple[int, OpenTransaction] | None) -> Why:
    if place is None:
        return why_sending(None)
    number, row = place
    return why_sending(Sending(status=row.status, nonce=row.nonce, ahead=number))


def _hex(batch_id: BatchId) -> str:
    return "0x" + batch_id.hex()
