"""What the requester needs from the rest of the daemon; joined in `wiring`."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from oracle.domain.asked import AskedBatch, AskedReceipt
from oracle.domain.disputes import DisputeGround
from oracle.domain.errors import Refused
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


class NotOnDisk(Refused):
    """The query could not be journalled, so nothing of it has left."""

    code: ClassVar[str] = "not_on_disk"


class OnDisk:
    """Whether a batch is journalled: it is sealed meanwhile, and leaves then."""

    def __init__(self) -> None:
        self._known = asyncio.Event()
        self._is = False

    def tell(self, *, is_so: bool) -> None:
        self._is = is_so
        self._known.set()

    async def reached(self) -> bool:
        """Waits until it is known."""
        await self._known.wait()
        return self._is

    async def require(self) -> None:
        """Waits until it is there. Raises `NotOnDisk` when it never will be."""
        if not await self.reached():
            raise NotOnDisk("The query could not be journalled, so nothing of it has left.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """An express batch that leaves once it is journalled."""

    batch: AskedBatch
    holders: tuple[MemberId, ...]
    until_ms: int
    """Unix milliseconds, by the wall: what has not answered by then has not answered."""
    on_disk: OnDisk


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
        """Charge less for a batch whose hits were not all served."""
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
