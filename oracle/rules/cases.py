"""The course of every accusation: its state follows from what happened and the time, as on the chain."""

from dataclasses import dataclass

from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.ids import MemberId

_PROVEN = frozenset({CaseKind.CONTRADICTION, CaseKind.NONCE_REUSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An accusation and what happened in it. Times are in unix seconds."""

    id: bytes
    kind: CaseKind
    accused: MemberId
    opener: MemberId | None
    """None when an auditor opened it, or anyone with a proof."""
    subject: bytes
    """The batch, the evidence, the claim, the sequence number or the nonce that it is about."""
    opened_at: int
    answer_by: int
    decide_by: int
    appeal_window_s: int
    leaf: AnchorLeaf | None = None
    """Where the batch stands of a drawn audit whose batch only the accused knows; `subject` stands for it."""
    reply_digest: bytes | None = None
    amount: int = 0
    """What waits in escrow, of a dispute."""
    answer: bytes | None = None
    most: int = 1
    """Faults that it can be about, and that silence is for: each element at each other member, or 1."""
    verdicts: tuple[tuple[str, int], ...] = ()
    """Auditor and how many faults it found; 0 dismisses."""
    ruled: int | None = None
    """How many a quorum found at least, or a vote put in the place of that; None while nobody ruled."""
    ruled_at: int = 0
    overturned: bool = False
    outcome: CaseState | None = None
    """How it was settled."""

    def state(self, now: int) -> CaseState:
        """Where it stands at `now`, the newest block's time."""
        if self.outcome is not None:
            return CaseState.SETTLED
        if self.ruled is not None:
            return CaseState.UPHELD if self.ruled else CaseState.DISMISSED
        if self.answer is None:
            return CaseState.OPEN if now <= self.answer_by else CaseState.UPHELD
        if now <= self.decide_by:
            return CaseState.ANSWERED
        # A proof that the contract has checked stands when nobody finds that it was rebutted.
        return CaseState.UPHELD if self.kind in _PROVEN else CaseState.LAPSED

    def found(self, now: int) -> int:
        """For how many faults it stands, settled or not; 0 unless it is upheld."""
        if self.ruled is not None:
            return self.ruled
        return self.most if CaseState.UPHELD in {self.outcome, self.state(now)} else 0

    def takes_verdicts(self, now: int) -> bool:
        """Whether an auditor's verdict can still decide it, or let what was upheld grow."""
        return self.state(now) is CaseState.ANSWERED or self._grows(now)

    def _grows(self, now: int) -> bool:
        upheld = self.outcome is None and not self.overturned and bool(self.ruled)
        return upheld and (self.ruled or 0) < self.most and now <= self.decide_by

    def appeal_by(self, now: int) -> int | None:
        """Until when a vote can overturn what it came to; None while it came to nothing."""
        if self.state(now) not in {CaseState.UPHELD, CaseState.DISMISSED}:
            return None
        if self.ruled is not None:
            return self.ruled_at + self.appeal_window_s
        return (self.answer_by if self.answer is None else self.decide_by) + self.appeal_window_s

    def can_settle(self, now: int) -> bool:
        """Whether nothing can change it any more, so that anyone may bring its effects to the ledgers."""
        if self.state(now) is CaseState.LAPSED:
            return True
        last = self.appeal_by(now)
        return last is not None and (self.overturned or now > last) and not self._grows(now)


def to_do(case: Case, me: MemberId, now: int) -> str:
    """What a member has to do about a case; empty where it is not accused, or can only wait.

    Disputes and drawn audits are answered by the daemon, with what it kept: both until `answer_by`.
    """
    if case.accused != me or case.state(now) in {CaseState.SETTLED, CaseState.DISMISSED, CaseState.LAPSED}:
        return ""
    if case.state(now) is CaseState.UPHELD:
        return (
            f"It is upheld for {case.found(now)}: a breach and a penalty follow when it is settled. "
            "A vote can still overturn it."
        )
    if case.answer is not None:
        return "It is answered; the auditors decide."
    return _ANSWERS[case.kind]


_ANSWERS = {
    CaseKind.DISPUTE: "The daemon answers it by itself: keep it running and its account able to send.",
    CaseKind.DRAWN: "The daemon answers it from its journal: keep it running, reached and able to send.",
    CaseKind.CAUSE: (
        "The daemon answers it by itself where it names a batch of yours. Otherwise ask the auditors for the "
        "evidence, write what you have to say about it, and answer with `riskmesh answer`: who does not "
        "answer has lost."
    ),
    CaseKind.CONTRADICTION: (
        "Two signatures of this member contradict each other. If you did not sign both, your operator key is "
        "stolen: rotate it without grace, then answer with your rebuttal."
    ),
    CaseKind.NONCE_REUSE: (
        "Two requests of this member bear one nonce. If you did not sign both, your operator key is stolen: "
        "rotate it without grace, then answer with your rebuttal."
    ),
    CaseKind.NONE: "",
}
