"""A dossier's report that is a few Python values, with everything foreign in it as long as it can be."""

from oracle.domain.reports import (
    CaseLine,
    CaseReason,
    CaseStanding,
    DisclosedLine,
    DossierReport,
    HolderFolder,
    OpenedLine,
    Party,
    ProofLine,
    ProofResult,
)

CASE = "0x" + "c5" * 32
BATCH = "0x" + "ba" * 32
DIGEST = "0x" + "d1" * 32
TO_DO = "It is upheld for 1: a vote can still overturn it."
_AT = 1_800_000_000


def case_line() -> CaseLine:
    """Of an audit for cause that is upheld."""
    return CaseLine(
        case_id=CASE,
        reason=CaseReason.CAUSE,
        standing=CaseStanding.UPHELD,
        accused=1,
        accused_name="Bank A",
        subject="0x" + "0e" * 32,
        opened_at=_AT,
        answer_by=_AT + 100,
        decide_by=_AT + 200,
        upheld_votes=2,
        dismissed_votes=1,
        overturned=False,
        found=3,
        most=20,
        amount=0,
        appeal_by=_AT + 300,
        to_do=TO_DO,
    )


def report_of_a_cheat() -> DossierReport:
    """One hit was read and not claimed, and a case is about it."""
    return DossierReport(
        digest=DIGEST,
        chain_id=31_337,
        registry="0x" + "52" * 20,
        batch_id=BATCH,
        requester=1,
        requester_name="A" * 60,
        mode="express",
        issued_at=_AT,
        deadline=_AT + 120,
        purpose=1,
        case_reference="C" * 60,
        stands_in_block=61,
        block_time=_AT,
        anchor_root="0x" + "a0" * 32,
        anchor_index=0,
        elements=(OpenedLine(index=0, type="domain", value="d" * 200 + ".example"),),
        holders=(_folder(),),
        checks=(
            ProofLine(name="request", result=ProofResult.PASSED, why="Signed."),
            ProofLine(name="voucher", result=ProofResult.NOT_APPLICABLE, why="w" * 90, holder=2),
            ProofLine(
                name="hits claimed",
                result=ProofResult.FAILED,
                why="Read and not claimed: element 0.",
                holder=2,
                against=Party.REQUESTER,
            ),
        ),
        unclaimed=1,
        cases=(case_line(),),
    )


def _folder() -> HolderFolder:
    record = DisclosedLine(
        index=0,
        category="transaction_fraud",
        severity=3,
        reason_code=1,
        confidence_bps=8_000,
        first_seen_day=20_000,
        last_seen_day=20_001,
        holder_reference="r" * 64,
    )
    return HolderFolder(
        holder=2,
        name="B" * 60,
        state="accepted",
        reason="",
        answered_at=_AT,
        sequence=2,
        snapshot_block=48,
        root="0x" + "07" * 32,
        hits=tuple(range(1_000)),
        claimed=tuple(range(1, 1_000)),
        unclaimed=(0,),
        disclosed=(record,),
        charge=101_000,
        voucher_amount=12_345_678,
    )
