"""Auditors, cases and the quality of members' data, as this institution sees them."""

from oracle.chain.view import AllianceView
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import MemberId
from oracle.domain.record import Category
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
from oracle.governing.names import MemberNames
from oracle.governing.ports import Clock
from oracle.governing.reports import report_line
from oracle.rules.cases import Case, to_do
from oracle.rules.quality_advice import QualityStanding, advice

EPOCHS_SHOWN = 30


class AuditsDesk:
    """Answers from the local view alone."""

    def __init__(self, *, me: MemberId, view: AllianceView, names: MemberNames, clock: Clock) -> None:
        self._me = me
        self._view = view
        self._names = names
        self._clock = clock

    async def auditors(self) -> tuple[AuditorLine, ...]:
        """Those in office, in the order of their appointment."""
        return tuple(
            AuditorLine(
                account=one.account,
                sealing_suite=one.sealing_suite,
                sealing_key=_hexadecimal(one.sealing_key),
                tls_fingerprint=_hexadecimal(one.tls_fingerprint),
                name_hash=_hexadecimal(one.name_hash),
                appointed_at=one.appointed_at,
            )
            for one in self._view.audits.auditors.values()
        )

    async def cases(self) -> tuple[CaseLine, ...]:
        """Audits, disputes, contradictions and reports of unanchored batches, the newest first."""
        now = self._clock.chain_time()
        cases = [self._case(case, now) for case in self._view.audits.newest_cases()]
        reports = [
            report_line(report, me=self._me, names=self._names, now=now)
            for report in reversed(self._view.anchors.reports)
        ]
        return tuple(sorted(cases + reports, key=lambda line: line.opened_at, reverse=True))

    async def quality(self) -> tuple[QualityLine, ...]:
        """All members ever admitted, by number."""
        epoch = self._view.epoch_of(self._clock.chain_time())
        return tuple(self._quality(member, epoch) for member in sorted(self._view.members.all))

    async def quality_of(self, member: int | None) -> QualityReport:
        """One member in full; this one when None."""
        who = self._me if member is None else MemberId(member)
        if who not in self._view.members.all:
            raise UnknownReference(f"There is no member {who}; `riskmesh members` lists them.")
        epoch, book = self._view.epoch_of(self._clock.chain_time()), self._view.quality
        others = [other for other in self._view.members.all if other != who]
        paid = sum(self._view.redeemed(other, who).paid_hits for other in others)
        rated = sum(book.rated(other, who) for other in others)
        return QualityReport(
            line=self._quality(who, epoch),
            paid_hits=paid,
            rated_hits=rated,
            advice=advice(self._standing(who, epoch, paid=paid, rated=rated)),
            epochs=tuple(
                QualityEpoch(
                    epoch=past,
                    score_bps=book.score_bps(who, past),
                    entitlement=self._view.entitlement(who, past),
                    fresh_bps=book.fresh_bps(who, past),
                    categories=tuple(self._category(who, past, code) for code in book.categories(who)),
                )
                for past in range(max(0, epoch - EPOCHS_SHOWN + 1), epoch + 1)
            ),
        )

    def _standing(self, member: MemberId, epoch: int, *, paid: int, rated: int) -> QualityStanding:
        confirmed, refuted = self._view.quality.weights(member, epoch)
        return QualityStanding(
            confirmed=confirmed,
            refuted=refuted,
            fresh_bps=self._view.quality.fresh_bps(member, epoch),
            breach_bps=self._view.quality.breaches(member, epoch)[1],
            paid_hits=paid,
            rated_hits=rated,
            floor=self._view.parameter("entitlement_floor").value,
            per_rating=self._view.parameter("entitlement_per_rating").value,
            ceiling=self._view.parameter("entitlement_ceiling").value,
        )

    def _case(self, case: Case, now: int) -> CaseLine:
        upheld = sum(1 for _, found in case.verdicts if found)
        return CaseLine(
            case_id=_hexadecimal(case.id),
            reason=_reason(case.kind),
            standing=_standing(case.state(now)),
            accused=case.accused,
            accused_name=self._names.name_of(case.accused),
            subject=_hexadecimal(case.subject),
            opened_at=case.opened_at,
            answer_by=case.answer_by,
            decide_by=case.decide_by,
            upheld_votes=upheld,
            dismissed_votes=len(case.verdicts) - upheld,
            overturned=case.overturned,
            found=case.found(now),
            most=case.most,
            amount=case.amount,
            opener=case.opener,
            opener_name="" if case.opener is None else self._names.name_of(case.opener),
            appeal_by=case.appeal_by(now),
            outcome=None if case.outcome is None else _standing(case.outcome),
            answer=None if case.answer is None else _hexadecimal(case.answer),
            to_do=to_do(case, self._me, now),
        )

    def _quality(self, member: MemberId, epoch: int) -> QualityLine:
        book = self._view.quality
        confirmed, refuted = book.weights(member, epoch)
        breaches, breach_bps = book.breaches(member, epoch)
        return QualityLine(
            member_id=member,
            name=self._names.name_of(member),
            score_bps=book.score_bps(member, epoch),
            next_score_bps=book.score_bps(member, epoch + 1),
            entitlement=self._view.entitlement(member, epoch),
            confirmed=confirmed,
            refuted=refuted,
            fresh_bps=book.fresh_bps(member, epoch),
            breaches=breaches,
            breach_bps=breach_bps,
            categories=tuple(self._category(member, epoch, code) for code in book.categories(member)),
        )

    def _category(self, member: MemberId, epoch: int, code: int) -> CategoryQuality:
        confirmed, refuted = self._view.quality.weights(member, epoch, code)
        known = {category.value: category.label for category in Category}
        return CategoryQuality(
            category=known.get(code, str(code)),
            score_bps=self._view.quality.score_bps(member, epoch, code),
            confirmed=confirmed,
            refuted=refuted,
        )


def _reason(kind: CaseKind) -> CaseReason:
    return CaseReason(kind.name.lower())


def _standing(state: CaseState) -> CaseStanding:
    return CaseStanding(state.name.lower())


def _hexadecimal(value: bytes) -> str:
    return "0x" + value.hex()
