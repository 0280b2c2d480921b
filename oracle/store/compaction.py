"""Deletes what nobody can ask about any more, a bounded number of rows in a transaction."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import and_, exists, func, or_, select

from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState, ReceiptState
from oracle.domain.disputes import DisputeState
from oracle.domain.ids import BatchId, MemberId
from oracle.store.database import Database
from oracle.store.pair_totals import ChargeList, Side
from oracle.store.tables import (
    anchors,
    answers,
    batches,
    charges,
    claimed,
    disputes,
    evidence,
    express,
    queries,
    ratings,
    recalled,
    recalls,
    receipts,
    replies,
    stretches,
    superseded_answers,
    superseded_replies,
    taken_receipts,
    told,
    transactions,
)


class Compaction:
    """Each method deletes at most `limit` entries and says how many; fewer than `limit` means all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._given = ChargeList(database, Side.GIVEN)
        self._accepted = ChargeList(database, Side.ACCEPTED)

    async def answers(
        self,
        states: Collection[AnswerState],
        *,
        before: int,
        limit: int,
        gone: Collection[MemberId] = (),
    ) -> int:
        """Holder: batches in these states with an earlier deadline; what was accepted stays in the total.

        Those of requesters that are `gone` in any state: nothing follows any more.
        """
        over = select(answers.c.requester, answers.c.batch_id).where(
            or_(answers.c.state.in_(states), answers.c.requester.in_(gone)), answers.c.deadline < before
        )
        async with self._database.leading() as connection:
            found = (await connection.execute(over.order_by(answers.c.deadline).limit(limit))).all()
            by_requester: defaultdict[MemberId, list[BatchId]] = defaultdict(list)
            for row in found:
                by_requester[MemberId(row.requester)].append(BatchId(row.batch_id))
            for requester, these in by_requester.items():
                await self._accepted.forget(connection, requester, *these)
                for table in (superseded_answers, answers):
                    await connection.execute(
                        table.delete().where(table.c.requester == requester, table.c.batch_id.in_(these))
                    )
        return len(found)

    async def batches(
        self,
        states: Collection[BatchState],
        *,
        before: int,
        limit: int,
        but: Collection[BatchId] = (),
        gone: Collection[MemberId] = (),
    ) -> int:
        """Requester: batches in these states with an earlier deadline, and all that belongs to them.

        `but` are kept whatever their age. A batch with a receipt that its holder has not answered or with a
        rating on its way, to a holder that is not `gone`, or in dispute stays; so does one whose anchor is
        kept, which a draw may fall on.
        """
        anchored = exists().where(express.c.batch_id == batches.c.batch_id)
        waiting = exists().where(
            receipts.c.batch_id == batches.c.batch_id,
            receipts.c.state == ReceiptState.PENDING,
            receipts.c.holder.not_in(gone),
        )
        rating = exists().where(
            ratings.c.batch_id == batches.c.batch_id,
            ratings.c.confirmed == 0,
            ratings.c.holder.not_in(gone),
        )
        disputed = exists().where(
            disputes.c.batch_id == batches.c.batch_id,
            disputes.c.state.in_((DisputeState.OPENING, DisputeState.OPENED)),
        )
        over = select(batches.c.batch_id, batches.c.query_id).where(
            batches.c.state.in_(states),
            batches.c.deadline < before,
            batches.c.batch_id.not_in(but),
            ~anchored,
            ~waiting,
            ~rating,
            ~disputed,
        )
        async with self._database.leading() as connection:
            found = (await connection.execute(over.order_by(batches.c.deadline).limit(limit))).all()
            these = [BatchId(row.batch_id) for row in found]
            holders = select(charges.c.holder).where(charges.c.batch_id.in_(these)).distinct()
            for holder in (await connection.execute(holders)).scalars().all():
                await self._given.forget(connection, MemberId(holder), *these)
            for table in (ratings, disputes, recalled, receipts, superseded_replies, replies, batches):
                await connection.execute(table.delete().where(table.c.batch_id.in_(these)))
            left = exists().where(batches.c.query_id == queries.c.query_id)
            asked = {row.query_id for row in found}
            await connection.execute(queries.delete().where(queries.c.query_id.in_(asked), ~left))
            forgotten = ~exists().where(queries.c.query_id == stretches.c.query_id)
            await connection.execute(stretches.delete().where(stretches.c.query_id.in_(asked), forgotten))
        return len(found)

    async def transactions(
        self, finished: Collection[str], without_effect: Collection[str], *, before_block: int, limit: int
    ) -> int:
        """What was mined before this block, and what was refused before that was queued.

        The row with an account's highest nonce stays: the next nonce follows it.
        """
        sender, newer = transactions, transactions.alias()
        highest = exists().where(newer.c.sender == sender.c.sender, newer.c.nonce > sender.c.nonce)
        settled = and_(sender.c.status.in_(finished), sender.c.block_number < before_block, highest)
        passed = select(func.max(newer.c.position)).where(
            newer.c.sender == sender.c.sender,
            newer.c.status.in_(finished),
            newer.c.block_number < before_block,
        )
        refused = and_(
            sender.c.status.in_(without_effect),
            sender.c.nonce.is_(None),
            sender.c.position < passed.correlate(sender).scalar_subquery(),
        )
        async with self._database.leading() as connection:
            rows = select(sender.c.intent).where(or_(refused, settled)).limit(limit)
            intents = (await connection.execute(rows)).scalars().all()
            await connection.execute(transactions.delete().where(transactions.c.intent.in_(intents)))
        return len(intents)

    async def evidence(self, *, before: int, limit: int) -> int:
        """Holder: express requests issued before this time, which nobody can report any more."""
        old = select(evidence.c.requester, evidence.c.batch_id).where(evidence.c.issued_at < before)
        async with self._database.leading() as connection:
            found = (await connection.execute(old.limit(limit))).all()
            for row in found:
                await connection.execute(
                    evidence.delete().filter_by(requester=row.requester, batch_id=row.batch_id)
                )
        return len(found)

    async def claimed(self, *, before: int, limit: int) -> int:
        """Holder: which claims were taken before this time, and with which records."""
        old = select(claimed.c.claim_digest).where(claimed.c.claimed_at < before).limit(limit)
        async with self._database.leading() as connection:
            found = (await connection.execute(old)).scalars().all()
            await connection.execute(claimed.delete().where(claimed.c.claim_digest.in_(found)))
            # Whoever could not be told until now has forgotten the record, too.
            await connection.execute(recalls.delete().where(recalls.c.noted_at < before))
        return len(found)

    async def taken_receipts(self, *, before: int, limit: int) -> int:
        """Holder: receipts of batches with an earlier deadline, which no auditor can ask about any more."""
        old = select(taken_receipts.c.requester, taken_receipts.c.batch_id).where(
            taken_receipts.c.deadline < before
        )
        async with self._database.leading() as connection:
            found = (await connection.execute(old.limit(limit))).all()
            for row in found:
                await connection.execute(
                    taken_receipts.delete().filter_by(requester=row.requester, batch_id=row.batch_id)
                )
        return len(found)

    async def anchors(self, *, before: int, limit: int) -> int:
        """Requester: anchors decided before this time, with the places of their batches."""
        old = select(anchors.c.root).where(anchors.c.decided_at < before).limit(limit)
        async with self._database.leading() as connection:
            roots = (await connection.execute(old)).scalars().all()
            for table in (told, express, anchors):
                await connection.execute(table.delete().where(table.c.root.in_(roots)))
        return len(roots)
