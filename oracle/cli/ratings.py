"""`riskmesh rate`: what disclosed records were worth, one by one or by what own cases came to."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import LocalClient, connect
from oracle.api.schema import MAX_SUBJECTS
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.outcome_files import ReadOutcomes, read_outcomes, read_rules
from oracle.cli.printing import Sheet, counted, print_json, shortened
from oracle.domain.record import Category
from oracle.domain.reports import OutcomeReport, Verdict

app = group(about="Ratings.")
ITEM = "QUERY_ID, VERDICT, --index, --holder and --category"
LISTED = 50
"""Lines that are printed of those that could not be rated; --json has all."""


@command(
    app,
    "rate",
    example=(
        "riskmesh rate QUERY_ID confirmed --index 0 --holder 2 --category telecom_fraud\n"
        "riskmesh rate --rules rating-rules.toml --outcomes closed-cases.csv"
    ),
    failure="The rating was not taken.",
)
async def rate(
    session: Session,
    *,
    query_id: Annotated[str | None, typer.Argument(help="As riskmesh queries lists it.")] = None,
    verdict: Annotated[Verdict | None, typer.Argument(help="What you found out.")] = None,
    index: Annotated[
        int | None, typer.Option(min=0, help="Position of the subject in the query, from 0.")
    ] = None,
    holder: Annotated[
        int | None, typer.Option(min=1, help="Member number of who disclosed the item.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="Category of the item, e.g. telecom_fraud.")] = None,
    rules: Annotated[Path | None, typer.Option(help="TOML: which closing codes say what.")] = None,
    outcomes: Annotated[
        Path | None, typer.Option(help="CSV or JSON Lines: closed cases with their codes; - reads input.")
    ] = None,
) -> None:
    """Say whether disclosed items were right; it changes what their holder's hits cost.

    One item by its place, or everything that was disclosed for your own closed cases.
    """
    single = (query_id, verdict, index, holder, category)
    if (rules is None) != (outcomes is None) or (
        rules is not None and any(one is not None for one in single)
    ):
        raise UsageWrong(f"Give {ITEM}, or --rules and --outcomes.")
    async with connect(session.settings().api.listen) as client:
        if rules is not None and outcomes is not None:
            await _by_outcomes(session, client, read_outcomes(outcomes, read_rules(rules)))
            return
        if query_id is None or verdict is None or index is None or holder is None or category is None:
            raise UsageWrong(f"Give {ITEM}, or --rules and --outcomes.")
        report = await client.rate(
            query_id=query_id, index=index, holder=holder, category=_category(category), verdict=verdict
        )
    if session.json:
        print_json(session.out, report)
        return
    sent = f"in transaction {shortened(report.transaction)}" if report.transaction else "with the next batch"
    session.say(f"Member {report.holder}, {report.category}: {report.verdict.value}; on the chain {sent}.")


def _category(label: str) -> Category:
    chosen = next((one for one in Category if one.label == label), None)
    if chosen is None:
        raise UsageWrong(
            f"There is no such category. Use one of: {', '.join(one.label for one in Category)}."
        )
    return chosen


async def _by_outcomes(session: Session, client: LocalClient, read: ReadOutcomes) -> None:
    if len(read.lines) > MAX_SUBJECTS:
        raise UsageWrong(f"{len(read.lines):,} lines are more than {MAX_SUBJECTS:,}. Split the file.")
    if not read.lines:
        raise UsageWrong("No line of the outcomes has a code that the rules confirm or refute by.")
    report = await client.rate_outcomes(read.lines)
    not_ratable = sorted((*read.unknown, *report.not_ratable), key=lambda one: one.line)
    if session.json:
        print_json(
            session.out,
            {
                "confirmed": report.confirmed,
                "refuted": report.refuted,
                "rated_before": report.rated_before,
                "ignored": read.ignored,
                "not_ratable": not_ratable,
                "holders": report.holders,
            },
        )
        return
    session.say(
        f"{counted(report.confirmed, 'item')} confirmed, {report.refuted:,} refuted, "
        f"{report.rated_before:,} rated before; {counted(read.ignored, 'line')} say nothing by the rules."
    )
    for one in not_ratable[:LISTED]:
        session.say(f"Line {one.line:,}: {one.why}")
    if len(not_ratable) > LISTED:
        session.note(f"{len(not_ratable) - LISTED:,} more lines could not be rated; --json lists all.")
    _waiting(session, report)


def _waiting(session: Session, report: OutcomeReport) -> None:
    sheet = Sheet("Holder", "#Waiting", "#Sent next", "#After redemption", title="On their way to the chain")
    for one in report.holders:
        who = f"{one.holder} {one.name}".rstrip()
        sheet.row(who, one.waiting, one.allowed, one.waiting - one.allowed)
    if not sheet.empty:
        sheet.print(session.out)
