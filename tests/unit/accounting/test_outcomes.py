"""Closed cases rate what was disclosed for them, once, and every line that rates nothing says why."""

from stage.consortium import Consortium

from oracle.accounting.outcomes import CONTRADICTION, NO_SUCH, NOTHING
from oracle.domain.reports import OutcomeLine, OutcomeReport, Verdict

CASE = "case 17"
YES, NO = Verdict.CONFIRMED, Verdict.REFUTED


def _line(number: int, verdict: Verdict, *, case: str = "", domain: str = "") -> OutcomeLine:
    return OutcomeLine(
        line=number, verdict=verdict, case_reference=case, type="domain" if domain else "", value=domain
    )


async def _rate(consortium: Consortium, *lines: OutcomeLine) -> OutcomeReport:
    return await consortium[1].accounts.ratings.rate_outcomes(lines)


async def test_outcomes__by_reference__rate_all_that_was_disclosed_under_it(consortium: Consortium) -> None:
    await consortium.whole("north.example", "both.example", "clear.example")

    report = await _rate(consortium, _line(2, YES, case=CASE))

    assert (report.confirmed, report.refuted, report.rated_before, report.not_ratable) == (3, 0, 0, ())
    assert [(one.holder, one.waiting, one.allowed) for one in report.holders] == [(2, 2, 0), (3, 1, 0)]


async def test_outcomes__the_same_file_again__change_nothing(consortium: Consortium) -> None:
    await consortium.whole("both.example")
    await _rate(consortium, _line(2, YES, case=CASE))

    report = await _rate(consortium, _line(2, NO, case=CASE))

    assert (report.confirmed, report.refuted, report.rated_before) == (0, 0, 2)


async def test_outcomes__by_subject_in_another_spelling__rate_its_records(consortium: Consortium) -> None:
    await consortium.whole("north.example", "both.example")

    report = await _rate(
        consortium, _line(2, NO, domain="NORTH.example."), _line(3, YES, domain="both.example")
    )

    assert (report.confirmed, report.refuted, report.not_ratable) == (2, 1, ())


async def test_outcomes__hits_are_redeemed__go_to_the_chain_in_one_transaction(
    consortium: Consortium,
) -> None:
    await consortium.whole("north.example", "both.example")
    await _rate(consortium, _line(2, YES, case=CASE))
    for number in (2, 3):
        await consortium[number].accounts.redeeming.redeem_now(set())

    report = await _rate(consortium, _line(2, YES, case=CASE))
    await consortium[1].accounts.rating.round()

    assert [(one.holder, one.waiting, one.allowed) for one in report.holders] == [(2, 2, 2), (3, 1, 1)]
    rated = [arguments for name, arguments in consortium[1].lane.orders if name == "rate"]
    assert len(rated) == 1
    assert (await _rate(consortium, _line(2, YES, case=CASE))).holders == ()


async def test_outcomes__that_rate_nothing__say_why_by_line(consortium: Consortium) -> None:
    await consortium.whole("north.example", "clear.example")

    report = await _rate(
        consortium,
        _line(2, YES, case="another case"),
        _line(3, YES, domain="clear.example"),
        _line(4, YES, domain="north.example"),
        _line(5, NO, domain="north.example"),
        _line(6, NO, domain="not a domain"),
        OutcomeLine(line=7, verdict=YES, type="colour", value="green"),
        OutcomeLine(line=8, verdict=YES),
    )

    assert (report.confirmed, report.refuted) == (0, 0)
    why = {one.line: one.why for one in report.not_ratable}
    assert why.keys() == set(range(2, 9))
    assert (why[2], why[3], why[4], why[5]) == (NO_SUCH, NOTHING, CONTRADICTION, CONTRADICTION)
    assert "green" not in str(report)
    assert "not a domain" not in str(report)
