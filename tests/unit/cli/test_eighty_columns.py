"""Tables of a consortium of a hundred, in a terminal of 80 columns: nothing that is read as one is broken."""

import io
from collections.abc import Callable
from dataclasses import replace

from fakes.audits import InMemoryAudits
from rich.console import Console

from oracle.cli.audits import print_auditors, print_audits
from oracle.cli.consortium import print_members, print_proposals
from oracle.cli.disputes import print_disputes
from oracle.cli.params import print_parameters
from oracle.cli.printing import moment
from oracle.cli.quality import print_all
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.reports import (
    CaseLine,
    CaseReason,
    CaseStanding,
    CategoryQuality,
    DisputeReport,
    MemberLine,
    MemberStatus,
    OwnDispute,
    ParameterLine,
    PendingValue,
    ProposalLine,
    ProposalState,
    QualityLine,
    Support,
)
from oracle.governing.parameter_words import WORDS

COLUMNS = 80
NAME, OTHER = "Skandinaviska Enskilda Banken", "Nordbank"
THEN = 1_796_046_000
THEN_TOLD = "2026-11-30 13:40:00"


def printed(print_it: Callable[[Console], None]) -> str:
    """What a terminal of that width shows; only identifiers are shortened."""
    written = io.StringIO()
    print_it(Console(file=written, width=COLUMNS))
    text = written.getvalue()
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert all(word.startswith(("0x", "q-")) for word in text.split() if word.endswith("…"))
    return text


def missing(text: str, *whole: str) -> list[str]:
    """What of it is not there in one piece."""
    return [one for one in whole if one not in text]


def case(number: int, reason: CaseReason, standing: CaseStanding, **rest: object) -> CaseLine:
    line = CaseLine(
        case_id="0x" + f"{number:02x}" * 32,
        reason=reason,
        standing=standing,
        accused=105,
        accused_name=NAME,
        subject="0x" + "0a" * 32,
        opened_at=THEN,
        answer_by=THEN,
        decide_by=THEN,
        upheld_votes=12,
        dismissed_votes=2,
        overturned=False,
        found=0,
        most=20_000,
        amount=0,
        opener=3,
        opener_name=OTHER,
        to_do="",
    )
    return replace(line, **rest)  # type: ignore[arg-type]  # as the test names them


def test_audits__of_every_kind_and_standing__keep_numbers_times_and_words_whole() -> None:
    kinds = [one for one in CaseReason if one is not CaseReason.DISPUTE]
    cases = [
        *(case(0x48, reason, CaseStanding.ANSWERED) for reason in kinds),
        case(0x31, CaseReason.CAUSE, CaseStanding.UPHELD, found=20_000, appeal_by=THEN),
        case(0x31, CaseReason.DRAWN, CaseStanding.SETTLED, outcome=CaseStanding.DISMISSED, overturned=True),
    ]

    text = printed(lambda out: print_audits(out, cases))

    assert (
        missing(text, "0x48484848…", "contradiction", "nonce reuse", "12 uphold", "dismissed", "by appeal")
        == []
    )
    assert missing(text, THEN_TOLD, "2 dismiss", "20,000 faults", "Skandinaviska") == []


def test_disputes__settled_and_not_opened__keep_numbers_times_and_words_whole() -> None:
    standing, outcome = CaseStanding.SETTLED, CaseStanding.DISMISSED
    settled = case(0x31, CaseReason.DISPUTE, standing, outcome=outcome, amount=1_500)
    answered = case(0x48, CaseReason.DISPUTE, CaseStanding.ANSWERED, amount=1_500)
    own = OwnDispute(
        query_id="q-1f3a9c2e7d",
        batch_id="0x" + "ab" * 32,
        index=999,
        holder=105,
        holder_name=NAME,
        ground=DisputeGround.UNANSWERED,
        state=DisputeState.NOTED,
        amount=1_500,
        noted_at=THEN,
        open_until=THEN,
        case_id="",
    )
    closed = replace(own, state=DisputeState.CLOSED, case_id=settled.case_id)

    text = printed(
        lambda out: print_disputes(out, DisputeReport(own=(own, closed), cases=(settled, answered)))
    )

    assert missing(text, THEN_TOLD, "1,500", "Skandinaviska", "3 Nordbank", "0x31313131…") == []
    assert missing(text, "unanswered", "settled", "dismissed", "q-1f3a9c2e…") == []


async def test_auditors__at_80_columns__keep_accounts_whole() -> None:
    listed = await InMemoryAudits().auditors()
    text = printed(lambda out: print_auditors(out, listed))
    assert missing(text, listed[0].account, moment(listed[0].appointed_at)) == []


def test_proposals__with_votes_of_a_hundred__keep_times_parameters_and_votes_whole() -> None:
    line = ProposalLine(
        proposal_id="8123019283" * 7,
        title="Set unclaimed_hit_penalty to 100,000",
        state=ProposalState.SUCCEEDED,
        proposer="0x" + "1" * 40,
        votes_for=104,
        votes_against=100,
        votes_abstain=101,
        quorum=105,
        voting_starts_at=THEN,
        voting_ends_at=THEN,
        own_vote=Support.ABSTAIN,
    )

    text = printed(lambda out: print_proposals(out, [line]))

    assert missing(text, "8123019283", "unclaimed_hit_penalty", "succeeded", THEN_TOLD) == []
    assert missing(text, "104 : 100", "101 abstained", "quorum 105", "you: abstain") == []


def test_parameters__all_with_their_bounds__keep_names_and_figures_whole() -> None:
    lines = [
        ParameterLine(
            name=name,
            value="604800",
            least="1209600",
            most=str(2**64),
            unit=unit,
            purpose=purpose,
            pending=PendingValue(value="1209600", from_epoch=12_345),
        )
        for name, (unit, purpose) in WORDS.items()
        if unit != "hash"
    ]

    text = printed(lambda out: print_parameters(out, lines))

    assert missing(text, *(line.name for line in lines), *(line.unit for line in lines)) == []
    assert missing(text, "604,800", "1,209,600", "2^64", "1,209,600 from epoch 12345 on") == []


def test_members__with_long_names__keep_numbers_and_states_whole() -> None:
    line = MemberLine(
        member_id=105,
        name=NAME,
        status=MemberStatus.SUSPENDED,
        is_self=True,
        governance="0x" + "1" * 40,
        operator="0x" + "1" * 40,
        endpoint="https://riskmesh.skandinaviska.example:8443",
        score_bps=10_000,
        hit_price=1_500,
        sequence=1_234_567,
    )

    text = printed(lambda out: print_members(out, [line]))

    assert missing(text, "105", "Skandinaviska", "(you)", "suspended", "100.0 %", "1,500", "1,234,567") == []


def test_quality__of_all__keeps_weights_scores_and_categories_whole() -> None:
    category = CategoryQuality(
        category="transaction_fraud", score_bps=5_000, confirmed=12_345_600, refuted=1_234_500
    )
    line = QualityLine(
        member_id=105,
        name=NAME,
        score_bps=4_670,
        next_score_bps=10_000,
        entitlement=1_000_000,
        confirmed=12_345_600,
        refuted=1_234_500,
        fresh_bps=10_000,
        breaches=2,
        breach_bps=5_000,
        categories=(category,),
    )

    text = printed(lambda out: print_all(out, [line]))

    assert missing(text, "transaction_fraud", "46.7 → 100.0 %", "1,000,000", "12,345.6", "1,234.5") == []
    assert missing(text, "105 Skandinaviska", "fresh: 100.0 %", "2 breaches") == []
