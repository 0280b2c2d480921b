"""The requester's journal of anchors: every express batch that was signed, and the anchor it was put into."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, and_, exists, func, select, update

from oracle.domain.anchors import OwnAnchor, Unanchored
from oracle.domain.asked import BatchState
from oracle.domain.errors import Broken
from oracle.domain.ids import BatchId, MemberId
from oracle.store.database import Database
from oracle.store.sums import total
from oracle.store.tables import anchors, batches, express, replies, told


class AnchorState(StrEnum):
    """Of an anchor whose batches are fixed."""

    DECIDED = "decided"
    ANCHORED = "anchored"
    """The chain has it; a transaction that a reorganisation drops is sent again by the lane."""


_UNCOUNTED: Final = select(
    select(total(express.c.elements)).where(express.c.root.is_(None)).scalar_subquery()
    + select(total(express.c.elements))
    .join(anchors, anchors.c.root == express.c.root)
    .where(anchors.c.state == AnchorState.DECIDED)
    .scalar_subquery()
    + select(total(batches.c.elements)).where(batches.c.state == BatchState.PREPARED).scalar_subquery()
)
"""Three sums, each by an index: one over what is in no anchor or in one that is decided reads all batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A holder that has not taken the proofs of an anchor yet, and which of its batches stand there."""

    anchor: OwnAnchor
    holder: MemberId
    batches: tuple[BatchId, ...]


def uncounted_elements(connection: Connection) -> int:
    """Elements of batches that the chain does not count yet: to be committed, or to be anchored."""
    return int(connection.scalar(_UNCOUNTED) or 0)


class AnchorJournal:
    """A batch goes into one anchor, once: what is decided is never decided again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unanchored(self, *, limit: int) -> tuple[Unanchored, ...]:
        """Batches of no anchor, oldest first."""
        statement = (
            select(express)
            .where(express.c.root.is_(None))
            .order_by(express.c.issued_at, express.c.batch_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(
                Unanchored(batch_id=BatchId(row.batch_id), elements=row.elements, issued_at=row.issued_at)
                for row in await connection.execute(statement)
            )

    async def waiting(self) -> tuple[int, int]:
        """How many batches are in no anchor, and how many anchors are not on the chain."""
        without = select(func.count()).select_from(express).where(express.c.root.is_(None))
        decided = select(func.count()).select_from(anchors).where(anchors.c.state == AnchorState.DECIDED)
        async with self._database.reading() as connection:
            return int(await connection.scalar(without) or 0), int(await connection.scalar(decided) or 0)

    async def adopt(self, batch: Unanchored) -> None:
        """A batch of ours that the journal had lost: it is anchored like any other."""
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(express)
                .values(batch_id=batch.batch_id, elements=batch.elements, issued_at=batch.issued_at)
                .on_conflict_do_nothing()
            )

    async def decide(self, batches: Sequence[Unanchored], anchor: OwnAnchor, *, now: int) -> None:
        """Fix the batches of an anchor, all or none; their places are their order."""
        async with self._database.leading() as connection:
            await connection.execute(
                anchors.insert().values(
                    root=anchor.root,
                    batches=anchor.batches,
                    elements=anchor.elements,
                    decided_at=now,
                    state=AnchorState.DECIDED,
                )
            )
            for place, batch in enumerate(batches):
                changed = await connection.execute(
                    update(express)
                    .where(express.c.batch_id == batch.batch_id, express.c.root.is_(None))
                    .values(root=anchor.root, place=place)
                )
                if changed.rowcount != 1:
                    raise Broken("a batch was to be put into an anchor and stands in another already")

    async def decided(self) -> tuple[OwnAnchor, ...]:
        """Anchors that the chain does not have yet, oldest first."""
        statement = select(anchors).filter_by(state=AnchorState.DECIDED).order_by(anchors.c.decided_at)
        async with self._database.reading() as connection:
            return tuple(
                OwnAnchor(root=row.root, batches=row.batches, elements=row.elements)
                for row in await connection.execute(statement)
            )

    async def anchored(self, root: bytes) -> None:
        async with self._database.leading() as connection:
            await connection.execute(
                update(anchors).where(anchors.c.root == root).values(state=AnchorState.ANCHORED)
            )

    async def anchor_of(self, batch_id: BatchId) -> OwnAnchor | None:
        """The anchor that a batch was put into, on the chain or not yet; None when in none."""
        statement = (
            select(anchors)
            .join(express, express.c.root == anchors.c.root)
            .where(express.c.batch_id == batch_id)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else OwnAnchor(root=row.root, batches=row.batches, elements=row.elements)

    async def members_of(self, root: bytes) -> tuple[Unanchored, ...]:
        """The batches of an anchor by their place."""
        statement = select(express).filter_by(root=root).order_by(express.c.place)
        async with self._database.reading() as connection:
            return tuple(
                Unanchored(batch_id=BatchId(row.batch_id), elements=row.elements, issued_at=row.issued_at)
                for row in await connection.execute(statement)
            )

    async def untold(self, *, after: int) -> tuple[Untold, ...]:
        """Holders that were asked batches of anchors decided after this time and have no proof of them.

        Not while one of the batches is still on its way: who has not got it yet has nothing to note.
        """
        known = and_(told.c.root == anchors.c.root, told.c.holder == replies.c.holder)
        others = express.alias()
        on_its_way = exists().where(
            others.c.root == anchors.c.root,
            batches.c.batch_id == others.c.batch_id,
            batches.c.state == BatchState.ASKED,
        )
        statement = (
            select(anchors, replies.c.holder, express.c.batch_id)
            .join(express, express.c.root == anchors.c.root)
            .join(replies, replies.c.batch_id == express.c.batch_id)
            .outerjoin(told, known)
            .where(~on_its_way)
            .where(anchors.c.state == AnchorState.ANCHORED, anchors.c.decided_at > after)
            .where(told.c.holder.is_(None))
            .order_by(anchors.c.decided_at, replies.c.holder, express.c.place)
        )
        found: dict[tuple[bytes, MemberId], list[BatchId]] = {}
        about: dict[bytes, OwnAnchor] = {}
        async with self._database.reading() as connection:
            for row in await connection.execute(statement):
                about[row.root] = OwnAnchor(root=row.root, batches=row.batches, elements=row.elements)
                found.setdefault((row.root, MemberId(row.holder)), []).append(BatchId(row.batch_id))
        return tuple(
            Untold(anchor=about[root], holder=holder, batches=tuple(batches))
            for (root, holder), batches in found.items()
        )

    async def tell(self, root: bytes, holder: MemberId) -> None:
        """The holder has taken the proofs of this anchor."""
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(told).values(root=root, holder=holder).on_conflict_do_nothing()
            )
