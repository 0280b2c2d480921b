"""CreditLedger: balances, grants, allowances, vouchers redeemed, escrow and penalties."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.chain.calls import BlockPin, Contract, integer, struct
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.ids import Address, Credits, MemberId
from oracle.domain.messages import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a pair has redeemed."""

    paid: Credits
    amount: Credits
    """Of the greatest voucher redeemed."""
    queries: int
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums since the deployment; `escrowed` is what waits now."""

    granted: Credits
    allowances: Credits
    expired: Credits
    penalties: Credits
    escrowed: Credits


HELD = 1
"""`EscrowState` of a sum that waits."""


def _voucher_values(voucher: Voucher) -> tuple[int, ...]:
    return (
        voucher.requester,
        voucher.holder,
        voucher.queries,
        voucher.hits,
        voucher.amount,
        voucher.price_version,
        voucher.key_version,
    )


@dataclass(frozen=True, slots=True)
class CreditLedger:
    contract: Contract

    def claim_grant(self, member: MemberId) -> Order:
        return self.contract.order("claimGrant", member)

    def claim_allowance(self, member: MemberId) -> Order:
        return self.contract.order("claimAllowance", member)

    def set_quality_ledger(self, quality: Address) -> Order:
        return self.contract.order("setQualityLedger", quality)

    def redeem(self, vouchers: Sequence[tuple[Voucher, bytes]]) -> Order:
        """Vouchers with their requesters' signatures."""
        return self.contract.order(
            "redeem",
            [_voucher_values(voucher) for voucher, _ in vouchers],
            [signature for _, signature in vouchers],
        )

    async def balance_of(self, connection: ChainConnection, member: MemberId, *, block: BlockPin) -> Credits:
        return Credits(integer(await self.contract.read(connection, block, "balanceOf", member)))

    async def redeemed_of(
        self, connection: ChainConnection, requester: MemberId, holder: MemberId, *, block: BlockPin
    ) -> Settlement:
        values = struct(await self.contract.read(connection, block, "redeemedOf", requester, holder))
        return Settlement(
            paid=Credits(integer(values)),
            amount=Credits(integer(values, 1)),
            queries=integer(values, 2),
            hits=integer(values, 3),
        )

    async def set_off_of(
        self, connection: ChainConnection, requester: MemberId, holder: MemberId, *, block: BlockPin
    ) -> Credits:
        """What the pair's vouchers count and none pays."""
        return Credits(integer(await self.contract.read(connection, block, "setOffOf", requester, holder)))

    async def paid_hits_of(
        self, connection: ChainConnection, requester: MemberId, holder: MemberId, *, block: BlockPin
    ) -> int:
        return integer(await self.contract.read(connection, block, "paidHitsOf", requester, holder))

    async def unspent_allowance_of(
        self, connection: ChainConnection, member: MemberId, *, block: BlockPin
    ) -> Credits:
        return Credits(integer(await self.contract.read(connection, block, "allowanceOf", member)))

    async def held_in(self, connection: ChainConnection, dispute: bytes, *, block: BlockPin) -> Credits:
        """What waits in escrow for this dispute; 0 when nothing does any more."""
        values = struct(await self.contract.read(connection, block, "escrowOf", dispute))
        return Credits(integer(values, 3) if integer(values) == HELD else 0)

    async def totals(self, connection: ChainConnection, *, block: BlockPin) -> Totals:
        values = struct(await self.contract.read(connection, block, "totals"))
        granted, allowances, expired, penalties, escrowed = (
            Credits(integer(values, index)) for index in range(5)
        )
        return Totals(
            granted=granted,
            allowances=allowances,
            expired=expired,
            penalties=penalties,
            escrowed=escrowed,
        )

    async def outstanding(self, connection: ChainConnection, *, block: BlockPin) -> Credits:
        """What all balances add up to."""
        return Credits(integer(await self.contract.read(connection, block, "outstanding")))
