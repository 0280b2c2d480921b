"""The mark that a restore leaves in the store, and which members have been asked since."""

from dataclasses import asdict, dataclass, replace

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import BlockNumber, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.database import Database, Insert
from oracle.store.facts import CURSOR
from oracle.store.tables import marks, transactions

RESTORED = "restored"
ASKED = "asked_since_restore:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """This store is an older copy: whatever happened after `cursor` happened without it."""

    backed_up_at: int
    """Unix seconds; 0 where nobody said, and the daemon noticed by itself."""
    cursor: BlockNumber
    """The last block that the copy had read."""
    head: BlockNumber | None = None
    """The chain's head when what it shows had been adopted; None until then."""
    over_at: int = 0
    """When everything that was open then is over, by the chain's time."""


class RestorationJournal:
    """While the mark stands nothing is signed for a pair before the other side has been asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = False
        self._current: Restoration | None = None

    async def begin(self, backed_up_at: int, cursor: BlockNumber | None = None) -> None:
        """Mark the store; `cursor` is the block after which it knows nothing, by default its own.

        Any daemon may: while the mark stands all of them are more careful, none has more rights.
        """
        async with self._database.writing() as connection:
            await self.begin_with(connection, backed_up_at, cursor)
        self._known = False

    async def begin_with(
        self, connection: AsyncConnection, backed_up_at: int, cursor: BlockNumber | None = None
    ) -> None:
        """The same within a writer's transaction.

        A mark of the same backup stands: the notice of a restore is read again after a crash.
        """
        if await self.marked_with(connection, backed_up_at):
            return
        known = (await _known_to(connection) or 0) if cursor is None else cursor
        made = Restoration(backed_up_at=backed_up_at, cursor=BlockNumber(known))
        await connection.execute(delete(marks).where(marks.c.name.startswith(ASKED)))
        await connection.execute(self._set(RESTORED, _encoded(made)))

    async def marked_with(self, connection: AsyncConnection, backed_up_at: int) -> bool:
        """Whether the mark of this backup stands."""
        found = await connection.scalar(select(marks.c.value).where(marks.c.name == RESTORED))
        return found is not None and _decoded(found).backed_up_at == backed_up_at

    async def known_to(self) -> BlockNumber | None:
        """A block up to which nothing of ours is on the chain that the store does not know."""
        async with self._database.reading() as connection:
            return await _known_to(connection)

    async def current(self) -> Restoration | None:
        """Read once, as every charge asks for it; each time where another daemon may have changed it."""
        if not self._known or self._database.shared:
            async with self._database.reading() as connection:
                found = await connection.scalar(select(marks.c.value).where(marks.c.name == RESTORED))
            self._known, self._current = True, None if found is None else _decoded(found)
        return self._current

    async def adopted(self, head: BlockNumber, *, over_at: int) -> None:
        """Note that what the chain shows up to this block is in the accounts."""
        current = await self.current()
        if current is not None:
            changed = replace(current, head=head, over_at=over_at)
            async with self._database.leading() as connection:
                await connection.execute(self._set(RESTORED, _encoded(changed)))
            self._current = changed

    async def note_asked(self, member: MemberId, most_lost: Totals) -> None:
        """`most_lost` is the most that can have been lost of the list of charges for this member."""
        async with self._database.leading() as connection:
            text = msgspec.json.encode(asdict(most_lost)).decode()
            await connection.execute(self._set(f"{ASKED}{member}", text))

    async def most_lost(self, member: MemberId) -> Totals | None:
        """None while this member has not been asked."""
        async with self._database.reading() as connection:
            statement = select(marks.c.value).where(marks.c.name == f"{ASKED}{member}")
            found = await connection.scalar(statement)
        return None if found is None else msgspec.json.decode(found, type=Totals)

    async def asked(self) -> frozenset[MemberId]:
        async with self._database.reading() as connection:
            names = await connection.scalars(select(marks.c.name).where(marks.c.name.startswith(ASKED)))
            return frozenset(MemberId(int(name.removeprefix(ASKED))) for name in names)

    def _set(self, name: str, value: str) -> Insert:
        return (
            self._database.insert(marks)
            .values(name=name, value=value)
            .on_conflict_do_update(index_elements=["name"], set_={"value": value})
        )

    async def end(self) -> None:
        """Everybody was asked and everything that was open then is over."""
        async with self._database.leading() as connection:
            await connection.execute(
                delete(marks).where(marks.c.name.startswith(ASKED) | (marks.c.name == RESTORED))
            )
        self._current = None


async def _known_to(connection: AsyncConnection) -> BlockNumber | None:
    """The last block read; where each daemon keeps that by itself, the last in which the store has seen us.

    Own commitments go through the journal of transactions, one after another: those that a lost journal had
    sent later stand in later blocks.
    """
    found = await connection.scalar(select(marks.c.value).where(marks.c.name == CURSOR))
    if found is None:
        found = await connection.scalar(select(func.max(transactions.c.block_number)))
    return None if found is None else BlockNumber(int(found))


def _encoded(mark: Restoration) -> str:
    return msgspec.json.encode(asdict(mark)).decode()


def _decoded(text: str) -> Restoration:
    return msgspec.json.decode(text, type=Restoration)
