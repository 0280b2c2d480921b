"""What is looked up before an answer or a voucher, beside a journal of what the pair has settled before.

`python bench/history.py`: once with 100 answers to the asker in the journal, once with 100,000, in turns.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rows import Benchmark, Row, Unit, progress, show

from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import AnswerState
from oracle.domain.ids import BatchId, MemberId
from oracle.store.answered import AnswerJournal
from oracle.store.charges import ChargeJournal
from oracle.store.database import Database
from oracle.store.pair_totals import Side
from oracle.store.tables import accepted, answers, charges, evidence, pair_totals

FEW, MANY, FEWER_MANY = 100, 100_000, 10_000
ASKER, HOLDER, OTHER = MemberId(1), MemberId(2), MemberId(3)
NOW, BEGAN = 10_000_000, 9_000_000
_AMOUNTS: Final = {"queries": 1, "hits": 1, "amount": 101}
TIMES: Final = 200
REPLY: Final = bytes(1_200)
"""About what one to a single element takes, sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    answers: AnswerJournal
    charges: ChargeJournal

    async def look(self) -> None:
        """What a holder knows of a request, and of who asks."""
        batch = BatchId(b"\xff" * 32)
        known = await self.answers.known(ASKER, batch, 7, now=NOW, since=BEGAN)
        if known.batch is not None:
            raise SystemExit("A request that nobody sent is in the journal.")

    async def sign(self) -> None:
        """What the requester's next voucher says."""
        await self.charges.to_sign(HOLDER)


def measure(many: int = MANY) -> Sequence[Row]:
    return asyncio.run(_measure(many))


def quick() -> Sequence[Row]:
    return measure(FEWER_MANY)


async def _measure(many: int) -> Sequence[Row]:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            few = await _filled(stack, Path(folder) / "few", FEW)
            progress(f"a journal of {many:,} answers")
            history = await _filled(stack, Path(folder) / "many", many)
            looked = await _in_turns(history.look, few.look)
            signed = await _in_turns(history.sign, few.sign)
    limit_is = f"the same after {FEW}"
    return [
        _row(f"holder: look up a request and its asker, after {many:,} answers to it", looked, limit_is),
        _row(f"requester: what the next voucher says, after {many:,} charges", signed, limit_is),
    ]


def _row(name: str, times: tuple[float, float], limit_is: str) -> Row:
    return Row(name=name, value=times[0], unit=Unit.MILLISECONDS, limit=times[1], limit_is=limit_is)


async def _in_turns(
    one: Callable[[], Awaitable[None]], other: Callable[[], Awaitable[None]]
) -> tuple[float, float]:
    """Milliseconds of each, medians."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        for call, kept in zip((one, other), times, strict=True):
            began = time.perf_counter()
            await call()
            kept.append(1_000 * (time.perf_counter() - began))
    return statistics.median(times[0]), statistics.median(times[1])


async def _filled(stack: AsyncExitStack, folder: Path, count: int) -> _Store:
    """A store in which so many batches of each of two askers are answered, anchored and paid for."""
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/state.db")
    stack.push_async_callback(database.close)
    for member in (ASKER, OTHER):
        for first in range(0, count, 1_000):
            await _fill(database, member, range(first, min(count, first + 1_000)))
    await _total(database, count)
    cipher = StorageCipher(bytes(32), "history")
    return _Store(answers=AnswerJournal(database, cipher), charges=ChargeJournal(database))


async def _fill(database: Database, member: MemberId, numbers: Sequence[int]) -> None:
    holder = HOLDER if member == ASKER else OTHER
    ids = [BatchId(number.to_bytes(32)) for number in numbers]
    requests = [
        {
            "requester": member,
            "batch_id": batch,
            "nonce": (1_000 + number).to_bytes(16),
            "elements": 1,
            "issued_at": BEGAN + number,
            "key_version": 1,
            # What the asker sent is anchored; what others did is not yet.
            "root": bytes(32) if member == ASKER else None,
            "answered": 1,
            "sealed": REPLY[:500],
        }
        for number, batch in zip(numbers, ids, strict=True)
    ]
    replies = [
        {
            "requester": member,
            "batch_id": batch,
            "state": AnswerState.SETTLED,
            "elements": 1,
            "deadline": BEGAN,
            "query_fees": 1,
            "envelope": REPLY[:500],
            "reply": REPLY,
            "receipt_digest": bytes(32),
            "disclosures": REPLY[:300],
        }
        for batch in ids
    ]
    taken = [{"requester": member, "batch_id": batch, **_AMOUNTS} for batch in ids]
    given = [{"holder": holder, "batch_id": batch, "price_version": 1, **_AMOUNTS} for batch in ids]
    async with database.writing() as connection:
        for table, rows in ((evidence, requests), (answers, replies), (accepted, taken), (charges, given)):
            await connection.execute(table.insert(), rows)


async def _total(database: Database, count: int) -> None:
    """Of each pair; a journal writes it with each of its lines."""
    every = {name: count * amount for name, amount in _AMOUNTS.items()}
    sides = ((Side.ACCEPTED, ASKER), (Side.ACCEPTED, OTHER), (Side.GIVEN, HOLDER), (Side.GIVEN, OTHER))
    rows = [{"side": side, "member": member, "price_version": 1, **every} for side, member in sides]
    async with database.writing() as connection:
        await connection.execute(pair_totals.insert(), rows)


BENCHMARK = Benchmark(
    title="The journals, after what a pair has settled before", measure=measure, quick=quick
)

if __name__ == "__main__":
    show(BENCHMARK)
