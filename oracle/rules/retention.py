"""What may be forgotten: decided from the consortium's windows, the chain's time and its head alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from oracle.domain.answered import AnswerState
from oracle.domain.asked import BatchState

SETTLED_BLOCKS = 8_192
"""A transaction this deep is no reorganisation's any more: twice the blocks whose hashes are kept."""

ANSWERS_OVER = frozenset({AnswerState.SETTLED, AnswerState.REFUSED, AnswerState.EXPIRED})
"""A reply that was delivered and brought no receipt stays: its requester is not answered until it pays."""
BATCHES_OVER = frozenset({BatchState.DONE, BatchState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Governed periods in seconds."""

    claim_s: int
    dispute_s: int
    audit_s: int
    report_s: int = 0
    """From an express request on: until no report of it can be made, nor one that was made be answered."""
    answer_s: int = 0
    """For a member to answer an audit."""
    ruling_s: int = 0
    """For the auditors to decide it, after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """What lies before it may go. Times are unix seconds."""

    answers: int
    """A holder's batches with an earlier deadline: nobody can claim or dispute any more."""
    questions: int
    """A requester's batches with an earlier deadline: no draw reaches them. Openings, requests, replies.
    A holder's notes of earlier claims."""
    receipts: int
    """A holder's receipts of batches with an earlier deadline: no auditor can ask about them any more."""
    reports: int
    """Express requests issued earlier: a holder needs them as evidence no more."""
    anchors: int
    """Own anchors decided earlier: no report and no audit can be about their batches any more."""
    commitments: int
    """Commitment events of earlier blocks: their deadline is before every other horizon."""
    transactions: int
    """Blocks before this one are settled."""


def horizon(windows: Windows, *, now: int, head: int, longest_deadline_s: int) -> Horizon:
    """`now` is the newest block's time, `head` its number; `longest_deadline_s` from a commitment on."""
    disputed = windows.claim_s + windows.dispute_s
    audited = max(windows.audit_s, disputed)
    return Horizon(
        answers=max(0, now - disputed),
        questions=max(0, now - audited),
        # An express batch may come into an anchor as late as a report of it can be answered.
        receipts=max(0, now - audited - windows.report_s - windows.answer_s - windows.ruling_s),
        reports=max(0, now - windows.report_s),
        # The chain may have an anchor later than it was decided on.
        anchors=max(0, now - max(audited + longest_deadline_s + windows.answer_s, windows.report_s)),
        commitments=max(0, now - audited - longest_deadline_s),
        transactions=max(0, head - SETTLED_BLOCKS),
    )


def handed_in_is_kept_since(unsettled: Iterable[int], *, audit_s: int, now: int) -> int:
    """An auditor keeps what parties handed in for cases opened at this time or later. Times are unix seconds.

    `unsettled` are the times at which cases were opened that are not settled yet, however long ago.
    """
    return min((max(0, now - audit_s), *unsettled))
