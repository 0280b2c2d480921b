"""What the journals have in flight, read from columns in clear: nothing is opened to say why it waits."""

from dataclasses import dataclass

from sqlalchemy import Select, and_, select

from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState, ReceiptState, ReplyState
from oracle.domain.ids import BatchId, MemberId
from oracle.store.database import Database
from oracle.store.tables import answers, batches, receipts, replies, transactions

OPEN_ANSWERS = (AnswerState.SEEN, AnswerState.FETCHED, AnswerState.SEALED, AnswerState.DELIVERED)
UNFINISHED = ("queued", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBatch:
    """An own batch that is not committed yet."""

    batch_id: BatchId
    query_id: str
    created_at: int
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPart:
    """What a holder still owes for an own batch: its reply, or the answer to a receipt."""

    batch_id: BatchId
    query_id: str
    holder: MemberId
    state: str
    reason: int
    since: int
    deadline: int
    express: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAnswer:
    """A batch of another member that is not settled."""

    batch_id: BatchId
    requester: MemberId
    state: str
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTransaction:
    intent: str
    status: str
    nonce: int | None


class OpenWork:
    """Each method reads one list, oldest first, at most `limit` long."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def uncommitted(self, *, limit: int) -> tuple[OpenBatch, ...]:
        columns = (batches.c.batch_id, batches.c.query_id, batches.c.created_at_ms, batches.c.deadline)
        statement = (
            select(*columns).filter_by(state=BatchState.PREPARED).order_by(batches.c.created_at_ms)
        ).limit(limit)
        async with self._database.reading() as connection:
            return tuple(
                OpenBatch(
                    batch_id=BatchId(row.batch_id),
                    query_id=row.query_id,
                    created_at=row.created_at_ms // 1_000,
                    deadline=row.deadline,
                )
                for row in await connection.execute(statement)
            )

    async def unanswered(self, *, limit: int) -> tuple[OpenPart, ...]:
        """Replies that are waited for, or that came and are not judged."""
        statement = (
            select(
                *(batches.c.batch_id, batches.c.query_id, batches.c.committed_at_ms, batches.c.deadline),
                batches.c.created_at_ms,
                batches.c.state.label("asking"),
                *(replies.c.holder, replies.c.state, replies.c.reason),
            )
            .join(replies, replies.c.batch_id == batches.c.batch_id)
            .where(replies.c.state.in_((ReplyState.WAITING, ReplyState.RECEIVED)))
            .where(batches.c.state.in_((BatchState.ASKED, BatchState.COMMITTED)))
            .order_by(batches.c.committed_at_ms, replies.c.holder)
            .limit(limit)
        )
        return await self._parts(statement)

    async def unsettled(self, *, refused_after: int, limit: int) -> tuple[OpenPart, ...]:
        """Receipts without an answer, and those refused whose deadline is later than this."""
        refused = and_(receipts.c.state == ReceiptState.REFUSED, batches.c.deadline > refused_after)
        statement = (
            select(
                *(batches.c.batch_id, batches.c.query_id, batches.c.committed_at_ms, batches.c.deadline),
                batches.c.created_at_ms,
                batches.c.state.label("asking"),
                *(receipts.c.holder, receipts.c.state, receipts.c.reason),
            )
            .join(receipts, receipts.c.batch_id == batches.c.batch_id)
            .where((receipts.c.state == ReceiptState.PENDING) | refused)
            .order_by(batches.c.committed_at_ms, receipts.c.holder)
            .limit(limit)
        )
        return await self._parts(statement)

    async def answers(self, *, limit: int) -> tuple[OpenAnswer, ...]:
        columns = (answers.c.batch_id, answers.c.requester, answers.c.state, answers.c.deadline)
        statement = (
            select(*columns).where(answers.c.state.in_(OPEN_ANSWERS)).order_by(answers.c.deadline)
        ).limit(limit)
        async with self._database.reading() as connection:
            return tuple(
                OpenAnswer(
                    batch_id=BatchId(row.batch_id),
                    requester=MemberId(row.requester),
                    state=row.state,
                    deadline=row.deadline,
                )
                for row in await connection.execute(statement)
            )

    async def transactions(self) -> tuple[OpenTransaction, ...]:
        """In the order of their queueing."""
        columns = (transactions.c.intent, transactions.c.status, transactions.c.nonce)
        statement = (
            select(*columns).where(transactions.c.status.in_(UNFINISHED)).order_by(transactions.c.position)
        )
        async with self._database.reading() as connection:
            return tuple(
                OpenTransaction(intent=row.intent, status=row.status, nonce=row.nonce)
                for row in await connection.execute(statement)
            )

    async def _parts(self, statement: Select[tuple[object, ...]]) -> tuple[OpenPart, ...]:
        async with self._database.reading() as connection:
            return tuple(
                OpenPart(
                    batch_id=BatchId(row.batch_id),
                    query_id=row.query_id,
                    holder=MemberId(row.holder),
                    state=row.state,
                    reason=row.reason,
                    since=(row.committed_at_ms or row.created_at_ms) // 1_000,
                    deadline=row.deadline,
                    express=row.asking == BatchState.ASKED,
                )
                for row in await connection.execute(statement)
            )
