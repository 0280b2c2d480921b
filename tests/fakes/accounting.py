"""Accounts as an institution would see them that is a few Python values."""

from collections.abc import Sequence
from dataclasses import replace

from fakes.audits import InMemoryAudits

from oracle.accounting.disputing import NothingToDispute
from oracle.accounting.statements import EpochUnknown
from oracle.crypto.keccak import keccak256
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.reports import (
    CaseLine,
    CaseReason,
    DisputeReport,
    EpochStatement,
    HolderRatings,
    NotRatable,
    OutcomeLine,
    OutcomeReport,
    OwnDispute,
    RecallReport,
    RecallSent,
    RecallTaken,
    ReconciledValue,
    StatementLine,
    StatementReport,
    Verdict,
)

_START, _LENGTH = 1_800_000_000, 1_000


def _epoch(number: int, opening: int, paid: int) -> EpochStatement:
    line = StatementLine(
        member_id=2,
        name="=Bank B",
        paid_queries=paid,
        paid_hits=0,
        paid=paid,
        received_queries=0,
        received_hits=0,
        received=0,
        escrowed=0,
        refunded=0,
        awarded=0,
        lost=0,
        rebated=0,
        returned=0,
    )
    return EpochStatement(
        epoch=number,
        starts_at=_START + number * _LENGTH,
        ends_at=_START + (number + 1) * _LENGTH,
        opening=opening,
        granted=0 if opening else 1_000,
        allowance=0,
        expired=0,
        paid=paid,
        received=0,
        escrowed=0,
        refunded=0,
        awarded=0,
        rebated=0,
        returned=0,
        penalties=0,
        closing=(opening or 1_000) - paid,
        members=(line,),
    )


class InMemoryAccounting(InMemoryAudits):
    """Two epochs, a ledger that says what the test has it say, and one dispute that nobody has opened."""

    ledger_balance = 860
    dispute_state = DisputeState.NOTED
    dispute_case: str = ""
    answered_with: tuple[str, bytes] | None = None

    def _own(self) -> OwnDispute:
        return OwnDispute(
            query_id="q1",
            batch_id="0x" + "ab" * 32,
            index=0,
            holder=2,
            holder_name="Bank B",
            ground=DisputeGround.WRONG,
            state=self.dispute_state,
            amount=100,
            noted_at=_START,
            open_until=_START + _LENGTH,
            case_id=self.dispute_case,
        )

    async def rate_outcomes(self, lines: Sequence[OutcomeLine]) -> OutcomeReport:
        known = [one for one in lines if one.case_reference == "C-1" or one.type]
        return OutcomeReport(
            confirmed=sum(one.verdict is Verdict.CONFIRMED for one in known),
            refuted=sum(one.verdict is Verdict.REFUTED for one in known),
            rated_before=0,
            not_ratable=tuple(
                NotRatable(line=one.line, why="No such query.") for one in lines if one not in known
            ),
            holders=(HolderRatings(holder=2, name="Bank B", waiting=3, allowed=1),),
        )

    async def recalls(self) -> RecallReport:
        return RecallReport(
            taken=(
                RecallTaken(
                    query_id="q1", index=0, holder=2, name="Bank B", reason="refuted", taken_at=_START
                ),
            ),
            sent=(RecallSent(requester=3, name="", reason="withdrawn", noted_at=_START, told=False),),
        )

    async def disputes(self) -> DisputeReport:
        cases = tuple(one for one in await self.cases() if one.reason is CaseReason.DISPUTE)
        return DisputeReport(own=(self._own(),), cases=cases)

    async def open_dispute(self, *, query_id: str, index: int, holder: int) -> OwnDispute:
        if (query_id, index, holder) != ("q1", 0, 2):
            raise NothingToDispute("Nothing of yours about it was left unserved.")
        self.dispute_state = DisputeState.OPENING
        return self._own()

    async def open_audit(self, *, accused: int, batch_id: bytes) -> CaseLine:
        found = next(one for one in await self.cases() if one.reason is CaseReason.CAUSE)
        return replace(found, accused=accused, subject="0x" + batch_id.hex())

    async def answer_case(self, *, case_id: bytes, name: str, content: bytes) -> CaseLine:
        self.answered_with = name, content
        found = next(one for one in await self.cases() if one.case_id == "0x" + case_id.hex())
        return replace(found, answer="0x" + keccak256(content).hex())

    async def statement(self, *, epoch: int | None) -> StatementReport:
        if epoch is not None and epoch > 1:
            raise EpochUnknown(f"Epoch {epoch} has not begun; the current one is 1.")
        epochs = (_epoch(0, 0, 100), _epoch(1, 900, 40))
        return StatementReport(
            member_id=1,
            block=17,
            block_hash="0x" + "ab" * 32,
            reconciled=self.ledger_balance == 860,
            epochs=epochs if epoch is None else epochs[epoch : epoch + 1],
            values=(ReconciledValue(name="balance", stated=860, ledger=self.ledger_balance),),
        )
