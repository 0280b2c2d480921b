"""A reorganisation that puts a commitment on the other side of a publication: answered anew, charged once."""

import asyncio
from dataclasses import dataclass

import pytest
from faults.chain_matrix.conftest import Stand
from faults.chain_matrix.life import LATER, Life, reorganised_as
from stage.standing_daemons import PATIENCE_S, Pair, until

from oracle.domain.answered import AnswerState
from oracle.domain.asked import ReplyState
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import Finding, HolderState, QueryState
from oracle.rules.vouchers import Totals

FINALITY = 3
COSTS = {
    Finding.HIT: Totals(queries=1, hits=1, amount=101),
    Finding.MISS: Totals(queries=1, hits=0, amount=1),
}
"""Of one query: it hits what the publication lists, if that stands before it."""
FINDINGS = {"publication": Finding.HIT, "commitment": Finding.MISS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """One query about what a publication beside it lists."""

    life: Life

    @property
    def pair(self) -> Pair:
        return self.life.pair

    async def begin(self, first: str) -> None:
        # Published when this says so, not by the daemon as soon as it sees the import.
        self.pair.holder.hold("answer", "publish")
        await self.pair.holder.imports(LATER)
        if first == "publication":
            await self._publish()
        await self._commit()
        if first == "commitment":
            await self._publish()
        await self.pair.chain.mine(self.pair.template.finality)
        await self.life.read()

    async def _publish(self) -> None:
        await self.pair.chain.mining_while(self.pair.holder.member.holder.publisher.publish())

    async def _commit(self) -> None:
        me = self.pair.asker.member.id
        await self.life.submitted(LATER)
        for one in self.pair.both:
            await until(lambda one=one: one.base.view.commitment(me, self.life.batch_id) is not None)

    async def replied(self) -> None:
        self.pair.asker.hold("judge")
        self.pair.holder.release()
        await self.life.answer_is(AnswerState.DELIVERED)

    async def receipted(self) -> None:
        self.pair.holder.release()
        await self.life.answer_is(AnswerState.SETTLED)
        await self._done()

    async def _done(self) -> None:
        """Also at the asker, who hears of it last."""
        desk = self.pair.asker.member.desks.queries
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (await desk.query_state(self.life.query_id)).summary.phase.final:
                    return
                await asyncio.sleep(0.02)

    async def move(self, first: str) -> None:
        """The same two transactions in the other order; both operators accept it."""
        commitment = await self.pair.asker.base.lane.journal.by_intent(f"commit:{self.life.batch_id.hex()}")
        lane = self.pair.holder.base.lane
        sent = await lane.journal.mined_after(lane.account, BlockNumber(0))
        publication = [row for row in sent if row.intent.startswith("publish:")][-1]
        assert commitment is not None
        order = (publication, commitment) if first == "publication" else (commitment, publication)
        oldest = min(one.block_number or 0 for one in order)
        depth = await self.pair.chain.head() - oldest + 1
        await reorganised_as(self.life, depth, [one.raw or b"" for one in order])

    async def answered_anew(self) -> QueryState:
        """The final state, read once the second reply is here: before, the first one's is final as well."""
        for one in self.pair.both:
            one.release()
        await self.pair.chain.mining_while(self._second_reply())
        return await self.life.ended()

    async def _second_reply(self) -> None:
        journal = self.pair.asker.member.requester.journals.replies
        async with asyncio.timeout(PATIENCE_S):
            while True:
                reply = await journal.reply(self.life.batch_id, self.pair.holder.member.id)
                if reply is not None and reply.earlier == 1 and reply.state is ReplyState.ACCEPTED:
                    return
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("publication", "commitment", "receipted"),
        pytest.param("publication", "commitment", "replied", marks=pytest.mark.slow),
        pytest.param("commitment", "publication", "receipted", marks=pytest.mark.slow),
        pytest.param("commitment", "publication", "replied", marks=pytest.mark.slow),
    ],
)
async def test_commitment__moved_past_a_publication__is_answered_anew_and_charged_once(
    stand: Stand, before: str, after: str, step: str
) -> None:
    async with stand(FINALITY) as pair:
        moving = Moving(life=Life(pair=pair))
        await moving.begin(before)
        await (moving.replied() if step == "replied" else moving.receipted())

        await moving.move(after)
        state = await moving.answered_anew()

        await moving.life.answer_is(AnswerState.SETTLED)
        assert [line.state for line in state.holders] == [HolderState.ANSWERED]
        assert [result.state for result in state.results] == [FINDINGS[after]]
        await _require_evidence(moving.life, FINDINGS[before] if step == "receipted" else None)
        await _require_agreed(moving.life, COSTS[FINDINGS[after]])
        await _require_next_query_paid(pair)


async def _require_evidence(life: Life, before: Finding | None) -> None:
    """Both sides have the first reply, and the receipt that it had got."""
    asker, holder = life.pair.both
    (given,) = await holder.member.holder.superseded.of(asker.member.id, life.batch_id)
    (had,) = await asker.member.requester.superseded.of(life.batch_id, holder.member.id)
    assert given.answer is not None
    assert had.reply.received is not None
    assert had.reply.received.statement == given.answer.statement
    newest = await holder.member.holder.journal.batch(asker.member.id, life.batch_id)
    assert newest is not None
    assert newest.answer is not None
    assert newest.answer.head.root != given.answer.head.root
    if before is None:
        assert given.disclosures is None
    else:
        assert had.receipt is not None
        assert had.receipt.hits == COSTS[before].hits
        assert given.disclosures is not None


async def _require_agreed(life: Life, cost: Totals) -> None:
    asker, holder = life.pair.both
    charges, me = asker.member.requester.journals.charges, asker.member.id
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await charges.charge_of(holder.member.id, life.batch_id) == cost:
                break
            await asyncio.sleep(0.02)
    assert await holder.member.holder.vouchers.accepted_totals(me) == cost


async def _require_next_query_paid(pair: Pair) -> None:
    """What the moved one came to stands in nobody's way."""
    life = Life(pair=pair)
    await life.submitted(LATER)
    state = await life.ended()
    await life.answer_is(AnswerState.SETTLED)
    assert [result.state for result in state.results] == [Finding.HIT]
    given, _ = await pair.asker.member.requester.journals.charges.totals(pair.holder.member.id)
    assert given == await pair.holder.member.holder.vouchers.accepted_totals(pair.asker.member.id)
