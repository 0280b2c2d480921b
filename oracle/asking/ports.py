"""What the requester needs from the rest of the daemon; joined in `wiring`."""

from collections.abc import Callable, Mapping
from typing import Protocol

from oracle.domain.asked import AskedBatch, AskedReceipt
from oracle.domain.disputes import DisputeGround
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Voucher
from oracle.domain.settlement import Signed
from oracle.rules.vouchers import Totals


class Clock(Protocol):
    """Two times: the chain's, by which deadlines are judged, and the wall's, for latencies."""

    def chain_time(self) -> int:
        """Timestamp of the newest block read, unix seconds."""
        ...

    def wall_ms(self) -> int: ...

    async def catch_up(self, holds: Callable[[], bool], *, patience_s: float) -> bool:
        """Read the chain now, not at the next poll, until this holds; False when it does not in time."""
        ...


class VoucherLane(Protocol):
    """Allocates charges of a pair in order and signs their sum."""

    async def charge(
        self,
        holder: MemberId,
        batch_id: BatchId,
        charge: Totals,
        price_version: int,
        *,
        anew: bool = False,
    ) -> Signed[Voucher]:
        """Journal the charge, unless the batch has one of this very reply, and sign the pair's total."""
        ...

    async def note(self, holder: MemberId, batch_id: BatchId, charge: Totals, price_version: int) -> None:
        """Journal the charge alone, where a restored store must know all of them before it signs one."""
        ...

    async def rebased(self, holder: MemberId, batch_id: BatchId) -> Signed[Voucher] | None:
        """After a refused voucher, one on the base that the holder proves; None when it proves nothing."""
        ...

    async def correct(self, holder: MemberId, batch_id: BatchId, charge: Totals) -> None:
        """Set what a batch costs after all: hits that are not owed are made up for by later vouchers."""
        ...

    async def current(self, holder: MemberId) -> Signed[Voucher] | None:
        """The newest total; None when nothing was ever owed."""
        ...


class Grievances(Protocol):
    """Keeps what can be disputed."""

    async def note(
        self, batch: AskedBatch, receipt: AskedReceipt, grounds: Mapping[int, DisputeGround]
    ) -> None:
        """Claims of this receipt, by element, that were not served as they had to be."""
        ...

    async def noted(self, receipt: AskedReceipt) -> bool:
        """Whether any claim of this receipt is noted: then it is a dispute that gives its price back."""
        ...

    async def escrowed(self, receipt: AskedReceipt) -> frozenset[int]:
        """Elements of this receipt whose price waits in escrow, or was awarded to either party."""
        ...
