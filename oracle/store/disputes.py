"""The requester's journal of disputes, and the holder's of claims that it took."""

from collections.abc import Sequence

from sqlalchemy import Row, select, update

from oracle.domain.disputes import Dispute, DisputeGround, DisputeState, TakenClaim
from oracle.domain.ids import BatchId, MemberId
from oracle.store.bulk import insert_rows
from oracle.store.database import Database
from oracle.store.tables import claimed, disputes


class DisputeJournal:
    """A claim is disputed once; states move forward only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, found: Sequence[Dispute]) -> None:
        """What is noted already stays as it is."""
        async with self._database.leading() as connection:
            for one in found:
                await connection.execute(
                    self._database.insert(disputes)
                    .values(
                        batch_id=one.batch_id,
                        holder=one.holder,
                        element=one.index,
                        claim_digest=one.claim_digest,
                        reply_digest=one.reply_digest,
                        ground=one.ground,
                        amount=one.amount,
                        state=one.state,
                        noted_at=one.noted_at,
                        failure="",
                    )
                    .on_conflict_do_nothing()
                )

    async def get(self, batch_id: BatchId, holder: MemberId, index: int) -> Dispute | None:
        statement = select(disputes).filter_by(batch_id=batch_id, holder=holder, element=index)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else _dispute(row)

    async def of_claim(self, holder: MemberId, claim_digest: bytes) -> Dispute | None:
        statement = select(disputes).filter_by(holder=holder, claim_digest=claim_digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else _dispute(row)

    async def of_receipt(self, batch_id: BatchId, holder: MemberId) -> tuple[Dispute, ...]:
        """Those over its claims."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(disputes).filter_by(batch_id=batch_id, holder=holder))
            return tuple(map(_dispute, rows))

    async def opening(self, *, limit: int) -> tuple[Dispute, ...]:
        """The oldest first."""
        statement = select(disputes).filter_by(state=DisputeState.OPENING)
        async with self._database.reading() as connection:
            rows = await connection.execute(statement.order_by(disputes.c.noted_at).limit(limit))
            return tuple(map(_dispute, rows))

    async def opened(self) -> tuple[Dispute, ...]:
        """Whose cases are not settled, as far as is noted."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(disputes).filter_by(state=DisputeState.OPENED))
            return tuple(map(_dispute, rows))

    async def listed(self, *, limit: int) -> tuple[Dispute, ...]:
        """The newest first."""
        statement = select(disputes).order_by(disputes.c.noted_at.desc(), disputes.c.claim_digest)
        async with self._database.reading() as connection:
            return tuple(map(_dispute, await connection.execute(statement.limit(limit))))

    async def turn(self, one: Dispute, state: DisputeState, *, failure: str = "") -> None:
        """From the state that it is in; nothing happens when that has changed."""
        async with self._database.leading() as connection:
            await connection.execute(
                update(disputes)
                .where(
                    disputes.c.batch_id == one.batch_id,
                    disputes.c.holder == one.holder,
                    disputes.c.element == one.index,
                    disputes.c.state == one.state,
                )
                .values(state=state, failure=failure)
            )


class ClaimedJournal:
    """Kept as long as the batch: then nobody can dispute any more, and records have long changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, taken: Sequence[TakenClaim]) -> None:
        """Of one receipt; a batch that is answered anew replaces what was taken for it before.

        The record of a claim that is taken again and brings none stays noted: whoever had it has it.
        """
        if not taken:
            return
        of_batch = {"requester": taken[0].requester, "batch_id": taken[0].batch_id}
        async with self._database.writing() as connection:
            before = await connection.execute(
                select(claimed.c.element, claimed.c.record_digest).filter_by(**of_batch)
            )
            digests = {row.element: row.record_digest for row in before}
            await connection.execute(claimed.delete().filter_by(**of_batch))
            await insert_rows(
                connection,
                self._database.insert(claimed),
                ("requester", "batch_id", "element", "claim_digest", "record_digest", "claimed_at"),
                [
                    (
                        one.requester,
                        one.batch_id,
                        one.index,
                        one.claim_digest,
                        one.record_digest or digests.get(one.index),
                        one.claimed_at,
                    )
                    for one in taken
                ],
            )

    async def disclosed(self, one: TakenClaim) -> None:
        """A claim that came without a receipt, or that was not served then."""
        key = {"requester": one.requester, "batch_id": one.batch_id, "element": one.index}
        values = {
            "claim_digest": one.claim_digest,
            "record_digest": one.record_digest,
            "claimed_at": one.claimed_at,
        }
        async with self._database.leading() as connection:
            await connection.execute(
                self._database.insert(claimed)
                .values(**key, **values)
                .on_conflict_do_update(index_elements=list(key), set_=values)
            )

    async def of_digest(self, requester: MemberId, claim_digest: bytes) -> TakenClaim | None:
        statement = select(claimed).filter_by(requester=requester, claim_digest=claim_digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            return None
        return TakenClaim(
            requester=MemberId(row.requester),
            batch_id=BatchId(row.batch_id),
            index=row.element,
            claim_digest=row.claim_digest,
            record_digest=row.record_digest,
            claimed_at=row.claimed_at,
        )


def _dispute(row: Row[tuple[object, ...]]) -> Dispute:
    return Dispute(
        batch_id=BatchId(row.batch_id),
        holder=MemberId(row.holder),
        index=row.element,
        claim_digest=row.claim_digest,
        reply_digest=row.reply_digest,
        ground=DisputeGround(row.ground),
        amount=row.amount,
        state=DisputeState(row.state),
        noted_at=row.noted_at,
        failure=row.failure,
    )
