"""What a running member can tell about itself: counts, rounds, lines, what waits, what is owed to it."""

from dataclasses import dataclass

from oracle.domain.ids import MemberId
from oracle.domain.reports import RoundLine
from oracle.peer.contacts import Contacts
from oracle.store.vouchers import VoucherJournal
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.recovery.recovering import Recovery
from oracle.wiring.schedule import Rounds
from oracle.wiring.waiting import WaitingDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of the dataset."""

    records: int
    unpublished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """Opened with the member; before that the status knows only the chain."""

    holder: Holder
    contacts: Contacts
    waiting: WaitingDesk
    rounds: Rounds
    recovery: Recovery

    async def figures(self) -> Figures:
        stats = await self.holder.dataset.stats()
        return Figures(records=stats.counts.records, unpublished=stats.changes)

    @property
    def round_lines(self) -> tuple[RoundLine, ...]:
        return tuple(entry.line for entry in self.rounds.all)


async def owed_to(me: MemberId, base: Foundation) -> int:
    """Credits of received vouchers that the chain has not paid yet."""
    held = await VoucherJournal(base.database, me).all_held()
    met = {entry.voucher.requester: base.view.redeemed(entry.voucher.requester, me).met for entry in held}
    return sum(max(0, entry.voucher.amount - met[entry.voucher.requester]) for entry in held)
