"""The mark that a restore leaves in the store, and which members have been asked since."""

from dataclasses import asdict, dataclass, replace

import msgspec
from sqlalchemy import delete, select

from oracle.domain.ids import BlockNumber, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.database import Database, Insert
from oracle.store.facts import CURSOR
from oracle.store.tables import marks

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

    async def begin(self, backed_up_at: int, cursor: BlockNumber | None = None) -> Restoration:
        """Mark the store; `cursor` is the block after which it knows nothing, by default its own.

        A mark of the same backup stands: the notice of a restore is read again after a crash.
        """
        async with self._database.writing() as connection:
            found = await connection.scalar(select(marks.c.value).where(marks.c.name == RESTORED))
            before = None if found is None else _decoded(found)
            if before is not None and before.backed_up_at == backed_up_at:
                self._known, self._current = True, before
                return before
            stored = await connection.scalar(select(marks.c.value).where(marks.c.name == CURSOR))
            known = int(stored or 0) if cursor is None else cursor
            made = Restoration(backed_up_at=backed_up_at, cursor=BlockNumber(known))
            await connection.execute(delete(marks).where(marks.c.name.startswith(ASKED)))
            await connection.execute(self._set(RESTORED, _encoded(made)))
        self._known, self._current = True, made
        return made

    async def known_to(self) -> BlockNumber | None:
        """The last block that the store has read."""
        async with self._database.reading() as connection:
            found = await connection.scalar(select(marks.c.value).where(marks.c.name == CURSOR))
        return None if found is None else BlockNumber(int(found))

    async def current(self) -> Restoration | None:
        """Read once: every charge asks for it."""
        if not self._known:
            async with self._database.reading() as connection:
                found = await connection.scalar(select(marks.c.value).where(marks.c.name == RESTORED))
            self._known, self._current = True, None if found is None else _decoded(found)
        return self._current

    async def adopted(self, head: BlockNumber, *, over_at: int) -> None:
        """Note that what the chain shows up to this block is in the accounts."""
        current = await self.current()
        if current is not None:
            changed = replace(current, head=head, over_at=over_at)
            async with self._database.writing() as connection:
                await connection.execute(self._set(RESTORED, _encoded(changed)))
            self._current = changed

    async def note_asked(self, member: MemberId, most_lost: Totals) -> None:
        """`most_lost` is the most that can have been lost of the list of charges for this member."""
        async with self._database.writing() as connection:
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
        async with self._database.writing() as connection:
            await connection.execute(
                delete(marks).where(marks.c.name.startswith(ASKED) | (marks.c.name == RESTORED))
            )
        self._current = None


def _encoded(mark: Restoration) -> str:
    return msgspec.json.encode(asdict(mark)).decode()


def _decoded(text: str) -> Restoration:
    return msgspec.json.decode(text, type=Restoration)
