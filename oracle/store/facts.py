"""The journal of the chain's events and of the hashes of the blocks they stood in."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Row, delete, func, select, tuple_

from oracle.domain.ids import BlockNumber
from oracle.store.bulk import insert_rows
from oracle.store.database import Database, Insert
from oracle.store.tables import blocks, facts, marks

CURSOR = "event_cursor"
COMPACTED = "facts_compacted_to"
ROLLED_BACK = "rolled_back"
PAGE = 2_000
FACT_COLUMNS = ("block_number", "block_hash", "log_index", "body")
BLOCK_COLUMNS = ("number", "hash", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One event; `body` is its encoding by the chain room."""

    block_number: int
    block_hash: bytes
    log_index: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    number: int
    hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Facts were dropped, and what had followed from them is not undone everywhere yet."""

    to: BlockNumber
    """The last block that stayed valid."""
    times: int
    """How often the journal was rolled back meanwhile."""


class FactTable:
    """Facts, block hashes and cursor change together or not at all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, new: Sequence[FactRow], seen: Sequence[BlockRow], cursor: int) -> None:
        """Add facts and blocks and move the cursor; what is there already stays."""
        async with self._database.writing() as connection:
            await insert_rows(
                connection,
                self._database.insert(facts).on_conflict_do_nothing(),
                FACT_COLUMNS,
                [(row.block_number, row.block_hash, row.log_index, row.body) for row in new],
            )
            await insert_rows(
                connection,
                self._database.insert(blocks).on_conflict_do_nothing(),
                BLOCK_COLUMNS,
                [(row.number, row.hash, row.timestamp) for row in seen],
            )
            await connection.execute(self._set_mark(CURSOR, cursor))

    async def rollback_to(self, block: int) -> None:
        """Drop facts and blocks after this one; the cursor becomes it if it was later.

        That it happened is noted with it, so that whoever starts after a crash still undoes what followed.
        """
        async with self._database.writing() as connection:
            await connection.execute(delete(facts).where(facts.c.block_number > block))
            await connection.execute(delete(blocks).where(blocks.c.number > block))
            found = await connection.scalar(select(marks.c.value).where(marks.c.name == CURSOR))
            if found is not None and int(found) > block:
                await connection.execute(self._set_mark(CURSOR, block))
            noted = await connection.scalar(select(marks.c.value).where(marks.c.name == ROLLED_BACK))
            before = _rollback(noted) or Rollback(to=BlockNumber(block), times=0)
            now = Rollback(to=BlockNumber(min(before.to, block)), times=before.times + 1)
            await connection.execute(self._set_mark(ROLLED_BACK, _written(now)))

    async def rolled_back(self) -> Rollback | None:
        """None when whatever followed from dropped facts is undone."""
        async with self._database.reading() as connection:
            return _rollback(
                await connection.scalar(select(marks.c.value).where(marks.c.name == ROLLED_BACK))
            )

    async def followed_up(self, rollback: Rollback) -> None:
        """Forget it, unless the journal was rolled back once more meanwhile."""
        noted = (marks.c.name == ROLLED_BACK) & (marks.c.value == _written(rollback))
        async with self._database.writing() as connection:
            await connection.execute(delete(marks).where(noted))

    async def cursor(self) -> int | None:
        return await self._mark(CURSOR)

    async def rows(self, after: int | None = None) -> AsyncIterator[FactRow]:
        """In the order of the chain, of blocks later than `after`; read in pages, so memory is bounded."""
        async for page in self._pages(after, facts.c.block_hash):
            for row in page:
                yield FactRow(
                    block_number=row.block_number,
                    block_hash=row.block_hash,
                    log_index=row.log_index,
                    body=row.body,
                )

    async def bodies(self, after: int | None = None) -> AsyncIterator[Sequence[bytes]]:
        """The encodings alone, a page at a time: what a start reads through from the first to the last."""
        async for page in self._pages(after):
            yield [row.body for row in page]

    async def _pages(
        self, after: int | None, *more: ColumnElement[bytes]
    ) -> AsyncIterator[Sequence[Row[tuple[object, ...]]]]:
        place = (-1 if after is None else after, 2**31)
        columns = (facts.c.block_number, facts.c.log_index, facts.c.body, *more)
        while True:
            later = (facts.c.block_number > place[0]) | (
                (facts.c.block_number == place[0]) & (facts.c.log_index > place[1])
            )
            statement = (
                select(*columns).where(later).order_by(facts.c.block_number, facts.c.log_index).limit(PAGE)
            )
            async with self._database.reading() as connection:
                page = (await connection.execute(statement)).all()
            yield page
            if len(page) < PAGE:
                return
            place = (page[-1].block_number, page[-1].log_index)

    async def blocks(self, up_to: int, limit: int) -> tuple[BlockRow, ...]:
        """At most `limit` blocks not later than `up_to`, newest first."""
        statement = (
            select(blocks).where(blocks.c.number <= up_to).order_by(blocks.c.number.desc()).limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(
                BlockRow(number=row.number, hash=row.hash, timestamp=row.timestamp)
                for row in await connection.execute(statement)
            )

    async def forget_blocks(self, before: int) -> None:
        """Drop blocks before this one that hold no facts."""
        with_facts = select(facts.c.block_number).where(facts.c.block_number < before)
        async with self._database.writing() as connection:
            await connection.execute(
                delete(blocks).where(blocks.c.number < before, blocks.c.number.not_in(with_facts))
            )

    async def forget(self, rows: Sequence[FactRow], up_to: int) -> None:
        """Drop these facts and note the block up to which it has been looked what can go."""
        places = [(row.block_hash, row.log_index) for row in rows]
        async with self._database.writing() as connection:
            if places:
                found = tuple_(facts.c.block_hash, facts.c.log_index).in_(places)
                await connection.execute(delete(facts).where(found))
            await connection.execute(self._set_mark(COMPACTED, up_to))

    async def compacted_to(self) -> int | None:
        """The block up to which it has been looked what can go; None when it never was."""
        return await self._mark(COMPACTED)

    async def count(self) -> int:
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(facts)) or 0)

    async def _mark(self, name: str) -> int | None:
        async with self._database.reading() as connection:
            found = await connection.scalar(select(marks.c.value).where(marks.c.name == name))
        return None if found is None else int(found)

    def _set_mark(self, name: str, value: int | str) -> Insert:
        return (
            self._database.insert(marks)
            .values(name=name, value=str(value))
            .on_conflict_do_update(index_elements=["name"], set_={"value": str(value)})
        )


def _written(rollback: Rollback) -> str:
    return f"{rollback.to} {rollback.times}"


def _rollback(written: str | None) -> Rollback | None:
    if written is None:
        return None
    to, times = map(int, written.split())
    return Rollback(to=BlockNumber(to), times=times)
