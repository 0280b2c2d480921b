"""What a cheating requester puts in the place of one honest part."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from attacks.member import InProcess

from oracle.asking.blinding import BlindedBatch
from oracle.asking.receipt_writing import ReceiptWriter
from oracle.crypto.workers import Workers
from oracle.domain.asked import AskedReply
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Voucher
from oracle.domain.query import Element
from oracle.domain.settlement import Signed
from oracle.peer.notary import Notary
from oracle.rules.vouchers import Totals


class CheatingWorkers:
    """`Workers` whose blinded elements are changed before the batch is signed."""

    def __init__(self, workers: Workers, change: Callable[[Element], Element]) -> None:
        self._workers = workers
        self._change = change

    async def run_sized(
        self, elements: int, member: MemberId | None, function: Callable[..., Any], *arguments: Any
    ) -> Any:
        batches: tuple[BlindedBatch, ...] = await self._workers.run_sized(
            elements, member, function, *arguments
        )
        return tuple(
            replace(batch, elements=tuple(self._change(element) for element in batch.elements))
            for batch in batches
        )


class CheatingLane:
    """`VoucherLane` that keeps honest books and signs what `change` makes of the voucher."""

    def __init__(
        self, bank: InProcess, change: Callable[[Voucher], Voucher], *, notary: Notary | None = None
    ) -> None:
        self._book = bank.voucher_book()
        self._change = change
        self._notary = notary or bank.notary

    async def charge(
        self,
        holder: MemberId,
        batch_id: BatchId,
        charge: Totals,
        price_version: int,
        *,
        anew: bool = False,
    ) -> Signed[Voucher]:
        signed = await self._book.charge(holder, batch_id, charge, price_version, anew=anew)
        voucher = self._change(signed.value)
        return Signed(value=voucher, signature=self._notary.sign(voucher))

    async def current(self, holder: MemberId) -> Signed[Voucher] | None:
        return await self._book.current(holder)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)


class ClaimsNothing(ReceiptWriter):
    """Accepts what it read, pays the answer and claims no hit."""

    async def written(self, batch: Any, reply: AskedReply) -> Any:
        assert reply.proven is not None
        return await super().written(batch, replace(reply, proven=replace(reply.proven, hits=())))
