"""Ratings: journalled one by one, sent as counts, and only as many as the chain has redeemed hits for."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from oracle.accounting.ports import Clock
from oracle.chain.contracts.quality_ledger import QualityLedger, Rating
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import MemberId
from oracle.domain.reports import Verdict
from oracle.rules.epochs import is_rated_now
from oracle.store.ratings import RatedItem, RatingJournal

log = structlog.get_logger()
MOST = 4_000
"""In one transaction: a database takes so many values in a statement and not many more."""


class RatingDesk:
    """Waits with what the chain would refuse: ratings of a pair never exceed its redeemed hits."""

    def __init__(
        self,
        *,
        me: MemberId,
        together: int,
        journal: RatingJournal,
        lane: Lane,
        ledger: QualityLedger,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        """`together` ratings are sent as soon as they are ready; fewer wait for the end of the epoch."""
        self._me = me
        self._together = together
        self._journal = journal
        self._lane = lane
        self._ledger = ledger
        self._view = view
        self._clock = clock

    async def add(self, item: RatedItem) -> bool:
        """Journal a verdict; False when the item has one already."""
        return await self._journal.add(item)

    async def add_all(self, items: Sequence[RatedItem]) -> tuple[RatedItem, ...]:
        """Journal verdicts together; those that are new."""
        return await self._journal.add_all(items)

    async def waiting(self) -> Sequence[RatedItem]:
        """Journalled and in no transaction."""
        return await self._journal.unsent()

    def room(self, holder: MemberId) -> int:
        """As many ratings of this holder the chain would take now."""
        hits = self._view.redeemed(self._me, holder).paid_hits
        return max(0, hits - self._view.quality.rated(self._me, holder))

    async def adopt(self, *, was_sent: Callable[[str], Awaitable[bool]]) -> None:
        """After a restore: what the chain counts as rated by us is not rated again.

        `was_sent` says whether anything of a transaction was ever sent, as far as the journal knows.
        """
        for intent in await self._journal.unconfirmed_intents():
            if not await was_sent(intent):
                await self._journal.release(intent)
        for holder in {item.holder for item in await self._journal.unsent()}:
            rated = self._view.quality.rated(self._me, holder)
            taken = await self._journal.adopt(holder, rated=rated)
            log.info("ratings_adopted", holder=int(holder), count=taken)

    async def round(self) -> None:
        """Finish what a stop interrupted, then send what redeemed hits allow, once it is time for it.

        A rating counts from the next epoch on, whenever it comes; one alone would tell when its case closed.
        """
        await self._resume()
        ready = self._allowed(await self._journal.unsent())
        if not ready or (len(ready) < self._together and not self._epoch_ends()):
            return
        for start in range(0, len(ready), MOST):
            part = ready[start : start + MOST]
            intent = _intent(part)
            await self._journal.assign(part, intent)
            await self._send(intent)

    def _epoch_ends(self) -> bool:
        now = self._clock.chain_time()
        checkpoint = self._view.parameters.checkpoint_at(now)
        return is_rated_now(
            now=now,
            epoch_end=checkpoint.end_of(self._view.epoch_of(now)),
            epoch_length_s=checkpoint.length_s,
        )

    async def _resume(self) -> None:
        """Send again what was handed to a transaction that is not known to be mined."""
        for intent in await self._journal.unconfirmed_intents():
            try:
                await self._send(intent)
            except TransactionReverted as error:
                log.warning("ratings_refused", reason=error.code)

    async def _send(self, intent: str) -> None:
        ratings = summed(await self._journal.of_intent(intent))
        row = await self._lane.execute(intent, self._ledger.rate(ratings))
        await self._journal.confirm(intent)
        # What the next round may send depends on these: they have to be in the view first.
        await self._clock.reached(row.block_number or 0)

    def _allowed(self, unsent: Sequence[RatedItem]) -> tuple[RatedItem, ...]:
        room = {holder: self.room(holder) for holder in {item.holder for item in unsent}}
        allowed = []
        for item in unsent:
            if room[item.holder] > 0:
                room[item.holder] -= 1
                allowed.append(item)
        return tuple(allowed)


def summed(items: Iterable[RatedItem]) -> tuple[Rating, ...]:
    """Counts by holder and category, in ascending order: the same ratings always make the same calldata."""
    confirmed: Counter[tuple[MemberId, int]] = Counter()
    refuted: Counter[tuple[MemberId, int]] = Counter()
    for item in items:
        counts = confirmed if item.verdict is Verdict.CONFIRMED else refuted
        counts[item.holder, item.category] += 1
    return tuple(
        Rating(
            holder=holder,
            category=category,
            confirmed=confirmed[holder, category],
            refuted=refuted[holder, category],
        )
        for holder, category in sorted(confirmed.keys() | refuted.keys())
    )


def _intent(items: Sequence[RatedItem]) -> str:
    """The name of the transaction, from what it carries."""
    content = b"".join(
        item.batch_id + bytes(f"/{item.index}/{item.holder}/{item.category};", "ascii") for item in items
    )
    return "rate:" + keccak256(content).hex()
