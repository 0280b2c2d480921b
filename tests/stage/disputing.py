"""What the ledgers make of disputes, on a chain of facts."""

from collections.abc import Callable
from typing import Any

from oracle.chain import facts
from oracle.chain.contracts.audit_ledger import dispute_case
from oracle.chain.facts import Position
from oracle.chain.facts.audits import CaseAnswered, CaseOpened, Disputed
from oracle.domain.audits import CaseKind
from oracle.domain.ids import Credits
from oracle.rules.credits import coverable


def opened(lane: Any, holder: int, claim: bytes, reply: bytes, amount: int) -> Any:
    """The case, and the sum in escrow as far as the balance reaches."""
    view, case_id = lane.chain.view, dispute_case(lane.me, holder, claim)  # type: ignore[arg-type]  # decoded
    answer_by = view.now + view.parameter("answer_window_s").value
    floor = view.parameter("credit_floor").value
    held = coverable(balance=view.balance(lane.me), floor=floor, owed=amount)
    return [
        lambda at: CaseOpened(
            at=at,
            case_id=case_id,
            kind=CaseKind.DISPUTE,
            accused=holder,
            opener=lane.me,
            subject=claim,
            answer_by=answer_by,
            decide_by=answer_by + view.parameter("ruling_window_s").value,
            appeal_window_s=view.parameter("appeal_window_s").value,
            most=1,
        ),
        lambda at: facts.Escrowed(
            at=at, dispute_id=case_id, payer=lane.me, payee=holder, amount=Credits(held)
        ),
        lambda at: Disputed(at=at, case_id=case_id, reply_digest=reply, amount=held),
    ]


def answered(_lane: Any, case_id: bytes, digest: bytes) -> list[Callable[[Position], facts.Fact]]:
    return [lambda at: CaseAnswered(at=at, case_id=case_id, digest=digest)]


EFFECTS: dict[str, Callable[..., Any]] = {"openDispute": opened, "answer": answered}
