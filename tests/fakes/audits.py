"""Auditors, cases and quality, as an institution would see them that is a few Python values."""

from dataclasses import replace

from oracle.domain.reports import (
    AuditorLine,
    CaseLine,
    CaseReason,
    CaseStanding,
    CategoryQuality,
    QualityEpoch,
    QualityLine,
    QualityReport,
    UnknownReference,
)

_OPENED = 1_800_000_000


def _case(
    number: int,
    reason: CaseReason,
    standing: CaseStanding,
    amount: int = 0,
    appeal_by: int | None = None,
) -> CaseLine:
    return CaseLine(
        case_id="0x" + f"{number:02x}" * 32,
        reason=reason,
        standing=standing,
        accused=2,
        accused_name="Bank B",
        subject="0x" + "0a" * 32,
        opened_at=_OPENED,
        answer_by=_OPENED + 100,
        decide_by=_OPENED + 200,
        upheld_votes=1,
        dismissed_votes=0,
        overturned=False,
        found=1 if standing is CaseStanding.UPHELD else 0,
        most=20,
        amount=amount,
        opener=1,
        to_do="" if reason is CaseReason.DISPUTE else "Ask the auditors for the evidence.",
        appeal_by=appeal_by,
    )


class InMemoryAudits:
    """One auditor, an audit for cause, a dispute, and what two members' data is worth."""

    def __init__(self) -> None:
        super().__init__()
        self.ruled: tuple[CaseLine, ...] = ()
        """Cases that have come to something, beside the two that have not."""

    def settle(self, number: int, outcome: CaseStanding, *, amount: int) -> str:
        """A dispute that is over; returns its case."""
        case = _case(number, CaseReason.DISPUTE, CaseStanding.SETTLED, amount)
        self.ruled += (replace(case, outcome=outcome, opener_name="Bank A"),)
        return case.case_id

    def rule(
        self,
        number: int,
        standing: CaseStanding,
        *,
        appeal_by: int,
        reason: CaseReason = CaseReason.DRAWN,
    ) -> None:
        self.ruled += (_case(number, reason, standing, appeal_by=appeal_by),)

    async def auditors(self) -> tuple[AuditorLine, ...]:
        return (
            AuditorLine(
                account="0x52908400098527886E0F7030069857D2E4169EE7",
                sealing_suite=1,
                sealing_key="0x" + "11" * 32,
                tls_fingerprint="0x" + "33" * 32,
                name_hash="0x" + "22" * 32,
                appointed_at=_OPENED,
            ),
        )

    async def cases(self) -> tuple[CaseLine, ...]:
        return (
            *self.ruled,
            _case(2, CaseReason.DISPUTE, CaseStanding.OPEN, amount=300),
            _case(1, CaseReason.CAUSE, CaseStanding.ANSWERED),
        )

    async def quality(self) -> tuple[QualityLine, ...]:
        part = CategoryQuality(category="telecom_fraud", score_bps=7_500, confirmed=20_000, refuted=0)
        return tuple(
            QualityLine(
                member_id=number,
                name=name,
                score_bps=7_500,
                next_score_bps=7_300,
                entitlement=25_000,
                confirmed=20_000,
                refuted=0,
                fresh_bps=10_000,
                breaches=0,
                breach_bps=0,
                categories=(part,),
            )
            for number, name in ((1, "Bank A"), (2, "Bank B"))
        )

    async def quality_of(self, member: int | None) -> QualityReport:
        lines = {line.member_id: line for line in await self.quality()}
        line = lines.get(member or 1)
        if line is None:
            raise UnknownReference(f"There is no member {member}.")
        return QualityReport(
            line=line,
            paid_hits=40,
            rated_hits=20,
            advice=("One more rater would help.",),
            epochs=tuple(
                QualityEpoch(
                    epoch=epoch,
                    score_bps=5_000 + 100 * epoch,
                    entitlement=10_000,
                    fresh_bps=10_000,
                    categories=line.categories,
                )
                for epoch in range(3)
            ),
        )
