"""A member's store put back as it was yesterday, and what both sides of a pair have written since."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from stage.consortium import Consortium, House

from oracle.domain.answered import AnswerState
from oracle.domain.asked import AskedReply
from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.domain.reports import QueryAccepted
from oracle.rules.vouchers import Totals
from oracle.store.copying import copy_store
from oracle.wiring.recovery.recovering import Recovery

NORTH, SOUTH = MemberId(2), MemberId(3)
MISS = Totals(queries=1, hits=0, amount=Credits(1))
HIT = Totals(queries=1, hits=1, amount=Credits(101))
BACKED_UP_AT = 1_800_000_000


def times(charge: Totals, count: int) -> Totals:
    return Totals(
        queries=charge.queries * count, hits=charge.hits * count, amount=Credits(charge.amount * count)
    )


@dataclass
class Yesterday:
    """A copy of a member's store, and what its daemon does when it is put back."""

    house: House
    copy: Path

    async def again(self, *, noted: bool = True) -> Recovery:
        """Everything since the copy is gone from the store; `noted` by `riskmesh restore`."""
        known_to = self.put_back()
        if noted:
            await self.house.base.restoration.begin(BACKED_UP_AT)
        recovery = recovery_of(self.house)
        await recovery.begin(known_to)
        return recovery

    def put_back(self) -> Any:
        with (
            closing(sqlite3.connect(self.copy)) as old,
            closing(sqlite3.connect(store_of(self.house))) as now,
        ):
            old.backup(now)
            found = old.execute("SELECT value FROM marks WHERE name = 'event_cursor'").fetchone()
        return None if found is None else int(found[0])


def store_of(house: House) -> Path:
    return house.base.settings.home / "state.db"


def recovery_of(house: House) -> Recovery:
    async def ask(_work: Callable[[Any], Awaitable[Any]]) -> Any:
        return house.chain.view.head.number

    return Recovery(
        replace(house.base, connection=SimpleNamespace(ask=ask)),
        house.id,
        requester=house.requester,
        holder=house.holder,
        rating=house.accounts.rating,
    )


async def backed_up(house: House) -> Yesterday:
    """The chain of these tests journals no events: the store says itself how far it has read."""
    with closing(sqlite3.connect(store_of(house))) as store:
        store.execute("INSERT OR REPLACE INTO marks VALUES ('event_cursor', ?)", (str(house.chain.number),))
        store.commit()
    copy = house.base.settings.home / "yesterday.db"
    copy_store(store_of(house), copy)
    return Yesterday(house, copy)


async def asked(consortium: Consortium, *names: str) -> tuple[QueryAccepted, BatchId]:
    """Committed, and seen by everybody."""
    asker = consortium[1]
    accepted = await asker.submit(*names)
    await asker.commit()
    return accepted, BatchId(bytes.fromhex(accepted.batches[0][2:]))


async def answered(consortium: Consortium, *names: str) -> tuple[QueryAccepted, BatchId]:
    accepted, batch_id = await asked(consortium, *names)
    for number in (2, 3):
        await consortium[number].answer()
    return accepted, batch_id


async def owed(consortium: Consortium, holder: MemberId) -> Totals:
    totals, _ = await consortium[1].requester.journals.charges.totals(holder)
    return totals


async def accepted_of(consortium: Consortium, holder: int) -> Totals:
    return await consortium[holder].holder.vouchers.accepted_totals(MemberId(1))


async def reply_of(consortium: Consortium, batch_id: BatchId, holder: MemberId) -> AskedReply:
    found = await consortium[1].requester.journals.replies.reply(batch_id, holder)
    assert found is not None
    return found


async def state_at(consortium: Consortium, holder: int, batch_id: BatchId) -> AnswerState:
    found = await consortium[holder].holder.journal.batch(MemberId(1), batch_id)
    assert found is not None
    return found.state


async def reminded(consortium: Consortium, holder: int) -> None:
    """The holder has waited for its receipts long enough to deliver again; the requester goes on."""
    house = consortium[holder]
    await house.holder.reminding.round()
    consortium.chain.pass_time(31)
    await house.holder.reminding.round()
    await consortium[1].judge()
    await consortium[1].settle()
