"""CreditLedger: balances, grants, vouchers redeemed."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.chain.calls import BlockPin, Contract, boolean, integer, struct
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.domain.ids import Credits, MemberId
from oracle.domain.messages import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a pair has redeemed."""

    paid: Credits
    queries: int
    hits: int


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
        return Settlement(paid=Credits(integer(values)), queries=integer(values, 1), hits=integer(values, 2))

    async def grant_claimed(self, connection: ChainConnection, member: MemberId, *, block: BlockPin) -> bool:
        return boolean(await self.contract.read(connection, block, "grantClaimed", member))

    async def total_granted(self, connection: ChainConnection, *, block: BlockPin) -> Credits:
        return Credits(integer(await self.contract.read(connection, block, "totalGranted")))
