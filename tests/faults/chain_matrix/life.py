"""A query's life, step by step, and what must be true at its end whatever the chain did meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from stage.standing_daemons import PATIENCE_S, Pair, Standing, until

from oracle.demo.ledger import read_ledger
from oracle.domain.answered import AnswerState
from oracle.domain.ids import BatchId
from oracle.domain.reports import Finding, HolderState, QueryState, RawSubject, RecordState
from oracle.rules.vouchers import Totals

HELD = ("held.example", "also-held.example")
MISSED = "clear.example"
LATER = "later.example"
COST = Totals(queries=3, hits=2, amount=203)
DEADLINE_S = 3_600


@dataclass(slots=True, kw_only=True)
class Life:
    """Of one query about two domains that are held and one that is not."""

    pair: Pair
    query_id: str = ""
    batch_id: BatchId = field(default=BatchId(b""))

    async def submitted(self, *others: str) -> None:
        names = others or (*HELD, MISSED)
        accepted = await self.pair.asker.member.desks.queries.submit(
            [RawSubject(type="domain", value=name) for name in names],
            purpose=None,
            case_reference="",
            deadline_s=DEADLINE_S,
        )
        self.query_id = accepted.query_id
        self.batch_id = BatchId(bytes.fromhex(accepted.batches[0][2:]))

    async def committed(self) -> None:
        """The commitment stands; nobody has acted on it."""
        self.pair.holder.hold("answer")
        await self.submitted()
        me = self.pair.asker.member.id
        for one in self.pair.both:
            await until(lambda one=one: one.base.view.commitment(me, self.batch_id) is not None)

    async def counted(self) -> None:
        """The commitment has its confirmations."""
        await self.committed()
        await self.pair.chain.mine(self.pair.template.finality)
        await self.read()

    async def replied(self) -> None:
        """The holder has delivered; nothing is made of it."""
        self.pair.asker.hold("judge")
        await self.counted()
        self.pair.holder.release()
        await self.answer_is(AnswerState.DELIVERED)

    async def receipted(self) -> None:
        """The holder has accepted the receipt and disclosed."""
        await self.replied()
        self.pair.asker.release()
        await self.answer_is(AnswerState.SETTLED)

    async def redeemed(self) -> None:
        """The holder has been paid on the chain."""
        await self.receipted()
        assert await self.redeem() == COST.amount

    async def answer_is(self, state: AnswerState) -> None:
        journal, requester = self.pair.holder.member.holder.journal, self.pair.asker.member.id
        async with asyncio.timeout(PATIENCE_S):
            while True:
                batch = await journal.batch(requester, self.batch_id)
                if batch is not None and batch.state is state:
                    return
                await asyncio.sleep(0.01)

    async def read(self) -> None:
        """Both have read the chain to the head that it has now; what they send meanwhile moves it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if {one.head for one in self.pair.both} == {await self.pair.chain.head_hash()}:
                    return
                await asyncio.sleep(0.02)

    async def redeem(self) -> int:
        desk = self.pair.holder.member.desks.credits
        report = await self.pair.chain.mining_while(desk.redeem([]))
        return sum(line.paid for line in report.pairs)

    async def ended(self) -> QueryState:
        """What came of it with nothing held any more, while the chain goes on."""
        for one in self.pair.both:
            one.release()
        return await self.pair.chain.mining_while(self._final())

    async def _final(self) -> QueryState:
        desk = self.pair.asker.member.desks.queries
        async with asyncio.timeout(PATIENCE_S):
            while True:
                state = await desk.query_state(self.query_id)
                waiting = any(result.record_state is RecordState.PENDING for result in state.results)
                if state.summary.phase.final and not waiting:
                    return state
                await asyncio.sleep(0.02)


STEPS: dict[str, Callable[[Life], Awaitable[None]]] = {
    "committed": Life.committed,
    "counted": Life.counted,
    "replied": Life.replied,
    "receipted": Life.receipted,
    "redeemed": Life.redeemed,
}


async def require_answered_and_paid_once(life: Life) -> None:
    """The invariants of every matrix."""
    state = await life.ended()
    assert {line.state for line in state.holders} == {HolderState.ANSWERED}
    hits = {result.index for result in state.results if result.state is Finding.HIT}
    assert hits == {0, 1}
    assert {result.record_state for result in state.results if result.index in hits} == {
        RecordState.DISCLOSED
    }
    asker, holder = life.pair.both
    await life.answer_is(AnswerState.SETTLED)
    await life.redeem()
    assert await life.redeem() == 0
    charged = await asker.member.requester.journals.charges.charge_of(holder.member.id, life.batch_id)
    assert charged == await holder.member.holder.vouchers.accepted_totals(asker.member.id) == COST
    await life.read()
    for one in life.pair.both:
        assert one.base.view.redeemed(asker.member.id, holder.member.id).paid == COST.amount
        assert one.base.hold.current is None
    assert (await read_ledger(life.pair.chain.url, life.pair.folder / "deployment.json")).conserved


async def reorganised(life: Life, depth: int) -> None:
    """Blocks are replaced; what is deeper than final waits for both operators, and they accept it."""
    await reorganised_as(life, depth, ())


async def reorganised_as(life: Life, depth: int, transactions: Sequence[bytes]) -> None:
    """As `reorganised`, with these transactions in the first of the new blocks, one in each."""
    await life.read()
    await life.pair.chain.reorganise_as(depth, transactions)
    if depth > life.pair.template.finality:
        for one in life.pair.both:
            await until(one.base.hold.holds)
        for one in life.pair.both:
            accept(one)
    await life.read()


def accept(one: Standing) -> None:
    held = one.base.hold.current
    assert held is not None
    one.base.hold.accept(first_block=held.first_block)
