"""The requester's journal of anchors: every express batch that was signed, and the anchor it was put into."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, bindparam, exists, func, literal, select, update

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
    LISTED = "listed"
    """And whom to tell of it is listed."""


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
    """A holder that has not taken the proofs of an anchor yet."""

    anchor: OwnAnchor
    holder: MemberId


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
            # In one visit: whoever asks at this moment waits for it.
            await connection.execute(
                update(express)
                .where(express.c.batch_id == bindparam("of_batch"), express.c.root.is_(None))
                .values(root=anchor.root, place=bindparam("at")),
                [{"of_batch": batch.batch_id, "at": place} for place, batch in enumerate(batches)],
            )
            placed = select(func.count()).select_from(express).where(express.c.root == anchor.root)
            if await connection.scalar(placed) != len(batches):
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

    async def list_holders(self, *, after: int) -> None:
        """List whom to tell of anchors decided after this time: everyone that was asked one of the batches.

        Not while one of them is still on its way: who has not got it yet has nothing to note.
        """
        on_its_way = exists().where(
            express.c.root == anchors.c.root,
            batches.c.batch_id == express.c.batch_id,
            batches.c.state == BatchState.ASKED,
        )
        new = select(anchors.c.root).where(
            anchors.c.state == AnchorState.ANCHORED, anchors.c.decided_at > after, ~on_its_way
        )
        async with self._database.reading() as connection:
            roots = (await connection.execute(new)).scalars().all()
        for root in roots:
            asked = (
                select(express.c.root, replies.c.holder, literal(0))
                .join(replies, replies.c.batch_id == express.c.batch_id)
                .where(express.c.root == root)
                .distinct()
            )
            async with self._database.leading() as connection:
                await connection.execute(
                    self._database.insert(told)
                    .from_select(("root", "holder", "taken"), asked)
                    .on_conflict_do_nothing()
                )
                await connection.execute(
                    update(anchors)
                    .where(anchors.c.root == root, anchors.c.state == AnchorState.ANCHORED)
                    .values(state=AnchorState.LISTED)
                )

    async def untold(self, *, after: int) -> tuple[Untold, ...]:
        """Listed holders that have no proof of an anchor decided after this time, oldest anchor first."""
        statement = (
            select(anchors, told.c.holder)
            .join(told, told.c.root == anchors.c.root)
            .where(told.c.taken == 0, anchors.c.decided_at > after)
            .order_by(anchors.c.decided_at, told.c.holder)
        )
        async with self._database.reading() as connection:
            return tuple(
                Untold(
                    anchor=OwnAnchor(root=row.root, batches=row.batches, elements=row.elements),
                    holder=MemberId(row.holder),
                )
                for row in await connection.execute(statement)
            )

    async def batches_of(self, untold: Untold) -> tuple[BatchId, ...]:
        """Those of the anchor that this holder was asked, by their place."""
        statement = (
            select(express.c.batch_id)
            .join(replies, replies.c.batch_id == express.c.batch_id)
            .where(express.c.root == untold.anchor.root, replies.c.holder == untold.holder)
            .order_by(express.c.place)
        )
        async with self._database.reading() as connection:
            return tuple(map(BatchId, (await connection.execute(statement)).scalars()))

    async def tell(self, root: bytes, holder: MemberId) -> None:
        """The holder has taken the proofs of this anchor."""
        async with self._database.leading() as connection:
            await connection.execute(
                update(told).where(told.c.root == root, told.c.holder == holder).values(taken=1)
            )
