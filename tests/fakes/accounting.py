"""Accounts as an institution would see them that is a few Python values."""

from oracle.accounting.statements import EpochUnknown
from oracle.domain.reports import EpochStatement, ReconciledValue, StatementLine, StatementReport

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


class InMemoryAccounting:
    """Two epochs, and a ledger that says what the test has it say."""

    ledger_balance = 860

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
