"""The holder's journal: each batch of another member, from its commitment to its receipt."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    Row,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from oracle.crypto.storage import StorageCipher
from oracle.domain.anchors import Evidence
from oracle.domain.answered import Answer, AnsweredBatch, AnswerState, Envelope, TakenReceipt
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.place import SnapshotPlace
from oracle.store.answer_rows import answer_context, open_answer
from oracle.store.askers import AskerStanding, standing_of
from oracle.store.database import Database
from oracle.store.evidence import NONCE_SIZE, evidence_row
from oracle.store.places import place_columns
from oracle.store.tables import answers
from oracle.store.tables import evidence as evidence_rows
from oracle.store.taken_receipts import keep_receipt

_REQUESTER, _BATCH_ID = bindparam("requester", type_=BigInteger), bindparam("batch_id", type_=LargeBinary)
_NONCE = bindparam("nonce", type_=LargeBinary)
_BATCH = select(answers).where(answers.c.requester == _REQUESTER, answers.c.batch_id == _BATCH_ID)
_OF_NONCE = and_(evidence_rows.c.requester == _REQUESTER, evidence_rows.c.nonce == _NONCE)
_NONCE_OF_ANOTHER = (
    select(evidence_rows.c.batch_id)
    .where(_OF_NONCE, evidence_rows.c.batch_id != _BATCH_ID)
    .order_by(evidence_rows.c.answered.desc())
    .limit(1)
)
_TAKEN = select(or_(exists().where(_OF_NONCE), _BATCH.exists()))
_ADD_REQUEST, _ADD_ANSWER = evidence_rows.insert(), answers.insert()
OPEN_STATES = (AnswerState.SEEN, AnswerState.FETCHED, AnswerState.SEALED)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRequest:
    """What the journals have of an express request, or of its nonce."""

    batch: AnsweredBatch | None
    nonce_used_by: BatchId | None
    """Another batch that came under the same nonce before."""
    standing: AskerStanding
    """Of who asks, before this batch is answered."""


class AnswerJournal:
    """A batch moves forward only; a step taken twice changes nothing the second time.

    Rows are kept by requester and batch: others may commit an identifier that they copied. Blobs are bound to
    the batch alone, which is enough: an identifier is the digest of a request that names one requester.
    """

    def __init__(self, database: Database, cipher: StorageCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def seen(self, requester: MemberId, batch_id: BatchId, count: int, deadline: int) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                self._database.insert(answers)
                .values(
                    requester=requester,
                    batch_id=batch_id,
                    state=AnswerState.SEEN,
                    reason=0,
                    elements=count,
                    deadline=deadline,
                    query_fees=0,
                )
                .on_conflict_do_nothing()
            )

    async def unseen(self, requester: MemberId, batch_id: BatchId) -> None:
        """A reorganisation took the commitment and nothing was signed yet: forget it until it is back."""
        async with self._database.writing() as connection:
            await connection.execute(
                answers.delete().where(
                    answers.c.requester == requester,
                    answers.c.batch_id == batch_id,
                    answers.c.state.in_((AnswerState.SEEN, AnswerState.FETCHED)),
                    answers.c.earlier == 0,
                )
            )

    async def fetched(self, requester: MemberId, batch_id: BatchId, envelope: Envelope) -> None:
        sealed = self._cipher.seal(msgspec.msgpack.encode(envelope), answer_context(batch_id, "envelope"))
        values = {"state": AnswerState.FETCHED, "envelope": sealed}
        await self._turn(requester, batch_id, (AnswerState.SEEN,), values)

    async def sealed(self, requester: MemberId, batch_id: BatchId, answer: Answer, query_fees: int) -> None:
        """Write the reply before it leaves; it is the only one that this batch gets from this snapshot."""
        place = SnapshotPlace(block=answer.head.snapshot_block, block_hash=answer.head.snapshot_block_hash)
        sealed = self._cipher.seal(msgspec.msgpack.encode(answer), answer_context(batch_id, "reply"))
        values = {"state": AnswerState.SEALED, "reply": sealed, "query_fees": query_fees}
        await self._turn(requester, batch_id, (AnswerState.FETCHED,), {**values, **place_columns(place)})

    async def answered_at_once(
        self, evidence: Evidence, envelope: Envelope, answer: Answer, *, deadline: int, query_fees: int
    ) -> bool:
        """Express: the request as evidence and the one reply to it, before the reply leaves.

        False when another request under the same nonce, or this one, was answered before.
        """
        batch_id, requester = evidence.batch_id, evidence.requester
        request = evidence_row(self._cipher, evidence, answered=True)
        row = {
            "requester": requester,
            "batch_id": batch_id,
            "state": AnswerState.DELIVERED,
            "reason": 0,
            "elements": evidence.elements,
            "deadline": deadline,
            "query_fees": query_fees,
            "envelope": self._cipher.seal(
                msgspec.msgpack.encode(envelope), answer_context(batch_id, "envelope")
            ),
            "reply": self._cipher.seal(msgspec.msgpack.encode(answer), answer_context(batch_id, "reply")),
        }
        key = {"requester": requester, "batch_id": batch_id, "nonce": request["nonce"]}

        def write(connection: Connection) -> bool:
            if connection.scalar(_TAKEN, key):
                return False
            connection.execute(_ADD_REQUEST, request)
            connection.execute(_ADD_ANSWER, row)
            return True

        return await self._database.write(write)

    async def delivered(self, requester: MemberId, batch_id: BatchId, *, earlier: int = 0) -> None:
        values = {"state": AnswerState.DELIVERED}
        await self._turn(requester, batch_id, (AnswerState.SEALED,), values, earlier=earlier)

    async def settled(
        self,
        requester: MemberId,
        batch_id: BatchId,
        receipt: TakenReceipt,
        disclosures: bytes,
        *,
        reason: int = 0,
        earlier: int = 0,
    ) -> bool:
        """End with a receipt and what answered it; `reason` is why the requester refused the reply, if so.

        False when another receipt was quicker: the first one stands; and when the reply that the receipt is
        for was superseded: `earlier` says which one that is.
        """
        sealed = self._cipher.seal(disclosures, answer_context(batch_id, "disclosures"))
        values = {
            "state": AnswerState.SETTLED,
            "receipt_digest": receipt.digest,
            "disclosures": sealed,
            "reason": reason,
        }
        answered = (AnswerState.SEALED, AnswerState.DELIVERED, AnswerState.EXPIRED)
        return await self._turn(requester, batch_id, answered, values, earlier=earlier, receipt=receipt)

    async def ended(
        self,
        requester: MemberId,
        batch_id: BatchId,
        state: AnswerState,
        reason: int = 0,
        *,
        place: SnapshotPlace | None = None,
    ) -> None:
        """End a batch that gets no reply: refused with a reason (never once sealed), or expired.

        `place` is from where a refused one would have been answered.
        """
        refused = state is AnswerState.REFUSED
        source = (AnswerState.SEEN, AnswerState.FETCHED) if refused else OPEN_STATES
        where = {} if place is None else place_columns(place)
        await self._turn(requester, batch_id, source, {"state": state, "reason": reason, **where})

    async def batch(self, requester: MemberId, batch_id: BatchId) -> AnsweredBatch | None:
        async with self._database.reading() as connection:
            row = (
                await connection.execute(select(answers).filter_by(requester=requester, batch_id=batch_id))
            ).first()
        return None if row is None else self._batch_of(row)

    async def known(
        self, requester: MemberId, batch_id: BatchId, nonce: int, *, now: int, since: int
    ) -> KnownRequest:
        """What is there already of an express request and of who asks, all of one moment."""
        key = {"requester": requester, "batch_id": batch_id, "nonce": nonce.to_bytes(NONCE_SIZE)}

        def read(connection: Connection) -> KnownRequest:
            row = connection.execute(_BATCH, key).first()
            used_by = connection.scalar(_NONCE_OF_ANOTHER, key)
            return KnownRequest(
                batch=None if row is None else self._batch_of(row),
                nonce_used_by=None if used_by is None else BatchId(used_by),
                standing=standing_of(connection, requester, without=batch_id, now=now, since=since),
            )

        return await self._database.look(read)

    async def answered(self, requester: MemberId) -> tuple[BatchId, ...]:
        """Batches of this member that a reply was signed for; the latest deadline first."""
        statement = select(answers.c.batch_id).where(
            answers.c.requester == requester, answers.c.reply.is_not(None)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(statement.order_by(answers.c.deadline.desc()))
            return tuple(map(BatchId, rows.scalars()))

    async def open_batches(self) -> tuple[tuple[MemberId, BatchId], ...]:
        """(requester, batch) of what is still to be answered, soonest deadline first."""
        statement = (
            select(answers.c.requester, answers.c.batch_id)
            .where(answers.c.state.in_(OPEN_STATES))
            .order_by(answers.c.deadline)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return tuple((MemberId(row.requester), BatchId(row.batch_id)) for row in rows)

    async def without_receipt(self) -> tuple[tuple[MemberId, BatchId], ...]:
        """(requester, batch) of what was delivered and not receipted."""
        statement = select(answers.c.batch_id, answers.c.requester).where(
            answers.c.state == AnswerState.DELIVERED
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return tuple((MemberId(row.requester), BatchId(row.batch_id)) for row in rows)

    async def counts(self) -> dict[str, int]:
        """How many batches are in each state."""
        statement = select(answers.c.state, func.count().label("batches")).group_by(answers.c.state)
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return {row.state: row.batches for row in rows}

    async def _turn(
        self,
        requester: MemberId,
        batch_id: BatchId,
        source: tuple[AnswerState, ...],
        values: Mapping[str, object],
        *,
        earlier: int | None = None,
        receipt: TakenReceipt | None = None,
    ) -> bool:
        which = () if earlier is None else (answers.c.earlier == earlier,)
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(answers)
                .where(
                    answers.c.requester == requester,
                    answers.c.batch_id == batch_id,
                    answers.c.state.in_(source),
                    *which,
                )
                .values(values)
            )
            if changed.rowcount == 1 and receipt is not None:
                await keep_receipt(connection, self._cipher, receipt, requester, batch_id)
            return changed.rowcount == 1

    def _batch_of(self, row: Row[tuple[object, ...]]) -> AnsweredBatch:
        batch_id = BatchId(row.batch_id)
        envelope = None
        if row.envelope is not None:
            body = self._cipher.open(row.envelope, answer_context(batch_id, "envelope"))
            envelope = msgspec.msgpack.decode(body, type=Envelope)
        answer, disclosures = open_answer(self._cipher, row)
        return AnsweredBatch(
            batch_id=batch_id,
            requester=MemberId(row.requester),
            state=AnswerState(row.state),
            reason=row.reason,
            count=row.elements,
            deadline=row.deadline,
            query_fees=row.query_fees,
            envelope=envelope,
            answer=answer,
            receipt_digest=row.receipt_digest,
            disclosures=disclosures,
            earlier=row.earlier,
        )
