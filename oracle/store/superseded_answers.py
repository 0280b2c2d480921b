"""The holder's answers that a reorganisation made ones from the wrong snapshot: kept, and answered anew."""

from sqlalchemy import Row, and_, insert, literal, select, update

from oracle.crypto.storage import StorageCipher
from oracle.domain.answered import AnswerState, DecidedAnswer, SupersededAnswer
from oracle.domain.ids import BatchId, MemberId
from oracle.store.answer_rows import open_answer
from oracle.store.database import Database
from oracle.store.places import place_of
from oracle.store.tables import answers, superseded_answers
from oracle.store.taken_receipts import forget_receipt

DECIDED = (AnswerState.SEALED, AnswerState.DELIVERED, AnswerState.SETTLED, AnswerState.REFUSED)
KEPT = ("state", "reason", "snapshot_block", "snapshot_hash", "reply", "receipt_digest", "disclosures")


class SupersededAnswers:
    """Blobs are moved as they are sealed: they stay bound to the batch that they were written for."""

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def decided(self, *, since: int) -> tuple[DecidedAnswer, ...]:
        """What was answered or refused of batches whose deadline is not earlier; nothing is opened for it."""
        statement = select(
            answers.c.requester,
            answers.c.batch_id,
            answers.c.snapshot_block,
            answers.c.snapshot_hash,
            answers.c.earlier,
        ).where(answers.c.state.in_(DECIDED), answers.c.deadline >= since)
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        found = ((row, place_of(row.snapshot_block, row.snapshot_hash)) for row in rows)
        return tuple(
            DecidedAnswer(
                requester=MemberId(row.requester),
                batch_id=BatchId(row.batch_id),
                place=place,
                earlier=row.earlier,
            )
            for row, place in found
            if place is not None
        )

    async def supersede(self, decided: DecidedAnswer) -> bool:
        """Keep this answer as evidence and open its batch again; False when that was done already."""
        which = and_(
            answers.c.requester == decided.requester,
            answers.c.batch_id == decided.batch_id,
            answers.c.earlier == decided.earlier,
            answers.c.snapshot_hash == decided.place.block_hash,
        )
        columns = ("requester", "batch_id", "earlier", *KEPT)
        async with self._database.writing() as connection:
            row = (
                await connection.execute(
                    select(answers.c.envelope.is_(None).label("unfetched")).where(
                        which, answers.c.state.in_(DECIDED)
                    )
                )
            ).first()
            if row is None:
                return False
            await connection.execute(
                insert(superseded_answers).from_select(
                    columns, select(*(answers.c[name] for name in columns)).where(which)
                )
            )
            await forget_receipt(connection, decided.requester, decided.batch_id)
            await connection.execute(
                update(answers)
                .where(which)
                .values(
                    state=AnswerState.SEEN if row.unfetched else AnswerState.FETCHED,
                    reason=0,
                    query_fees=0,
                    reply=None,
                    receipt_digest=None,
                    disclosures=None,
                    snapshot_block=None,
                    snapshot_hash=None,
                    earlier=decided.earlier + 1,
                )
            )
            return True

    async def took(self, requester: MemberId, batch_id: BatchId, receipt_digest: bytes) -> bool:
        """Whether this receipt was for an answer that is superseded."""
        statement = select(literal(1)).where(
            superseded_answers.c.requester == requester,
            superseded_answers.c.batch_id == batch_id,
            superseded_answers.c.receipt_digest == receipt_digest,
        )
        async with self._database.reading() as connection:
            return (await connection.execute(statement)).first() is not None

    async def of(self, requester: MemberId, batch_id: BatchId) -> tuple[SupersededAnswer, ...]:
        """Oldest first."""
        statement = (
            select(superseded_answers)
            .filter_by(requester=requester, batch_id=batch_id)
            .order_by(superseded_answers.c.earlier)
        )
        async with self._database.reading() as connection:
            return tuple(self._opened(row) for row in await connection.execute(statement))

    def _opened(self, row: Row[tuple[object, ...]]) -> SupersededAnswer:
        answer, disclosures = open_answer(self._cipher, row)
        return SupersededAnswer(
            state=AnswerState(row.state),
            reason=row.reason,
            place=place_of(row.snapshot_block, row.snapshot_hash),
            answer=answer,
            receipt_digest=row.receipt_digest,
            disclosures=disclosures,
        )
