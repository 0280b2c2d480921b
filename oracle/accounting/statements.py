"""Statements of account, folded from the journalled facts and held against the ledger at the same block."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

from oracle.accounting.movements import MovementReader
from oracle.accounting.ports import Names
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.view import AllianceView
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.reports import EpochStatement, ReconciledValue, StatementLine, StatementReport
from oracle.rules.statements import (
    Kind,
    Movement,
    PairTotals,
    Standing,
    Statement,
    compare,
    standing,
    statements,
)

ATTEMPTS = 3
AT_ONCE = 8
"""Reads of the ledger on their way together."""


class EpochUnknown(Refused):
    """A statement is asked for an epoch that has not begun."""

    code: ClassVar[str] = "epoch_unknown"


class ChainMoved(Transient):
    """Blocks were replaced while a statement was held against the ledger."""

    code: ClassVar[str] = "chain_moved"


class LedgerReading(Protocol):
    """The ledger as a node has it, independent of the facts that were journalled."""

    async def standing(
        self, block: BlockNumber, *, others: Sequence[MemberId], disputes: Sequence[bytes]
    ) -> Standing: ...


class LedgerReader:
    """Reads what one member has in the ledger at a block."""

    def __init__(self, *, me: MemberId, ledger: CreditLedger, connection: ChainConnection) -> None:
        self._me = me
        self._ledger = ledger
        self._connection = connection
        self._places = asyncio.Semaphore(AT_ONCE)

    async def standing(
        self, block: BlockNumber, *, others: Sequence[MemberId], disputes: Sequence[bytes]
    ) -> Standing:
        balance = await self._ledger.balance_of(self._connection, self._me, block=block)
        held = await asyncio.gather(*(self._held(dispute, block) for dispute in disputes))
        paid = await asyncio.gather(*(self._redeemed(self._me, other, block) for other in others))
        received = await asyncio.gather(*(self._redeemed(other, self._me, block) for other in others))
        return Standing(
            balance=balance,
            held=sum(held),
            paid=dict(zip(others, paid, strict=True)),
            received=dict(zip(others, received, strict=True)),
        )

    async def _held(self, dispute: bytes, block: BlockNumber) -> int:
        async with self._places:
            return await self._ledger.held_in(self._connection, dispute, block=block)

    async def _redeemed(self, requester: MemberId, holder: MemberId, block: BlockNumber) -> PairTotals:
        async with self._places:
            found = await self._ledger.redeemed_of(self._connection, requester, holder, block=block)
        return PairTotals(paid=found.paid, queries=found.queries, hits=found.hits)


class Statements:
    """Reads all facts of the journal for each answer: a statement is asked for now and then."""

    def __init__(
        self,
        *,
        me: MemberId,
        facts: FactJournal,
        ledger: LedgerReading,
        view: AllianceView,
        names: Names,
    ) -> None:
        self._me = me
        self._facts = facts
        self._ledger = ledger
        self._view = view
        self._names = names

    async def statement(self, epoch: int | None) -> StatementReport:
        """All epochs in which something moved and the current one; or the one asked for."""
        current = self._view.epoch_of(self._view.now)
        if epoch is not None and epoch > current:
            raise EpochUnknown(f"Epoch {epoch} has not begun; the current one is {current}.")
        for _ in range(ATTEMPTS):
            head = self._view.head
            if head is None:
                break
            report = await self._at(head, {current} | (set() if epoch is None else {epoch}))
            marks = await self._facts.marks(head.number, 1)
            if marks and marks[0].hash == head.hash:
                return report if epoch is None else _only(report, epoch)
        raise ChainMoved("The chain's newest blocks were replaced meanwhile. Ask again in a few seconds.")

    async def _at(self, head: BlockMark, epochs: set[int]) -> StatementReport:
        reader, moved = MovementReader(me=self._me), list[Movement]()
        async for fact in self._facts.facts():
            if fact.at.block_number > head.number:
                break
            moved.extend(reader.read(fact, self._view.epoch_of(fact.at.block_timestamp)))
        listed = statements(moved, epochs=epochs)
        ledger = await self._ledger.standing(
            head.number,
            others=[member for member in sorted(self._view.members.all) if member != self._me],
            disputes=[key for key, held in reader.disputes.items() if held.payer == self._me],
        )
        compared = compare(standing(listed), ledger)
        return StatementReport(
            member_id=self._me,
            block=head.number,
            block_hash="0x" + head.hash.hex(),
            reconciled=all(one.agrees for one in compared),
            epochs=tuple(self._epoch(one) for one in listed),
            values=tuple(
                ReconciledValue(name=one.name, stated=one.stated, ledger=one.ledger, member_id=one.other)
                for one in compared
            ),
        )

    def _epoch(self, one: Statement) -> EpochStatement:
        checkpoint = self._view.parameters.checkpoint_of(one.epoch)
        return EpochStatement(
            epoch=one.epoch,
            starts_at=checkpoint.start_of(one.epoch),
            ends_at=checkpoint.end_of(one.epoch),
            opening=one.opening,
            granted=one.total(Kind.GRANT),
            allowance=one.total(Kind.ALLOWANCE),
            expired=one.total(Kind.EXPIRY),
            paid=one.total(Kind.PAID),
            received=one.total(Kind.RECEIVED),
            escrowed=one.total(Kind.ESCROW),
            refunded=one.total(Kind.REFUND),
            awarded=one.total(Kind.AWARD),
            rebated=one.total(Kind.REBATE),
            returned=one.total(Kind.RETURN),
            penalties=one.total(Kind.PENALTY),
            closing=one.closing,
            members=tuple(_line(one, other, self._names.name_of) for other in one.others),
        )


def _line(one: Statement, other: MemberId, name_of: Callable[[MemberId], str]) -> StatementLine:
    paid, received = one.of(other, Kind.PAID), one.of(other, Kind.RECEIVED)
    return StatementLine(
        member_id=other,
        name=name_of(other),
        paid_queries=paid.queries,
        paid_hits=paid.hits,
        paid=paid.amount,
        received_queries=received.queries,
        received_hits=received.hits,
        received=received.amount,
        escrowed=one.of(other, Kind.ESCROW).amount,
        refunded=one.of(other, Kind.REFUND).amount,
        awarded=one.of(other, Kind.AWARD).amount,
        lost=one.of(other, Kind.LOST).amount,
        rebated=one.of(other, Kind.REBATE).amount,
        returned=one.of(other, Kind.RETURN).amount,
    )


def _only(report: StatementReport, epoch: int) -> StatementReport:
    """The reconciliation is that of all epochs: a balance cannot be told apart by epoch."""
    return replace(report, epochs=tuple(one for one in report.epochs if one.epoch == epoch))
