"""QualityLedger: ratings and the scores that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.chain.calls import BlockPin, Contract, integer
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.ids import Credits, MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    holder: MemberId
    category: int
    confirmed: int
    refuted: int


@dataclass(frozen=True, slots=True)
class QualityLedger:
    contract: Contract

    def rate(self, ratings: Sequence[Rating]) -> Order:
        values = [(entry.holder, entry.category, entry.confirmed, entry.refuted) for entry in ratings]
        return self.contract.order("rate", values)

    async def score_bps_of(self, connection: ChainConnection, holder: MemberId, *, block: BlockPin) -> int:
        """Fixed for the epoch of this block."""
        return integer(await self.contract.read(connection, block, "scoreOf(uint64)", holder))

    async def live_score_bps_of(
        self, connection: ChainConnection, holder: MemberId, *, block: BlockPin
    ) -> int:
        return integer(await self.contract.read(connection, block, "liveScoreOf", holder))

    async def category_score_bps_of(
        self, connection: ChainConnection, holder: MemberId, category: int, *, block: BlockPin
    ) -> int:
        return integer(await self.contract.read(connection, block, "scoreOf(uint64,uint8)", holder, category))

    async def entitlement_of(self, connection: ChainConnection, member: MemberId, *, block: BlockPin) -> int:
        """Evaluations in the epoch of this block."""
        return integer(await self.contract.read(connection, block, "entitlementOf", member))

    async def fresh_bps_of(self, connection: ChainConnection, holder: MemberId, *, block: BlockPin) -> int:
        return integer(await self.contract.read(connection, block, "freshnessOf", holder))

    async def breaches_of(
        self, connection: ChainConnection, member: MemberId, *, block: BlockPin
    ) -> tuple[int, int]:
        """How many ever, and what they take from the score in basis points."""
        values = await self.contract.read(connection, block, "breachesOf", member)
        return integer(values), integer(values, 1)

    async def weights_of(
        self, connection: ChainConnection, holder: MemberId, *, block: BlockPin
    ) -> tuple[int, int]:
        """Confirmed and refuted, in thousandths of a rating."""
        values = await self.contract.read(connection, block, "weightsOf", holder)
        return integer(values), integer(values, 1)

    async def hit_price_of(
        self, connection: ChainConnection, holder: MemberId, *, block: BlockPin
    ) -> Credits:
        return Credits(integer(await self.contract.read(connection, block, "hitPriceOf", holder)))

    async def rated_of(
        self, connection: ChainConnection, requester: MemberId, holder: MemberId, *, block: BlockPin
    ) -> int:
        return integer(await self.contract.read(connection, block, "ratedOf", requester, holder))
