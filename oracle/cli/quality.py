"""`riskmesh quality`: what members' data is worth, what right to ask it earns, and what would raise both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, count, counted, facts, percent, print_json, shown
from oracle.cli.quality_picture import draw
from oracle.domain.reports import QualityLine, QualityReport

app = group(about="Quality.")


@command(
    app,
    "quality",
    example="riskmesh quality\nriskmesh quality 2 --plot member-2.png\nriskmesh quality --all",
    failure="The quality of members' data is not known.",
)
async def quality(
    session: Session,
    *,
    member: Annotated[int | None, typer.Argument(min=1, help="Member number; your own if absent.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="One line for each member and category.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the last 30 epochs as a PNG.")] = None,
) -> None:
    """What a member's data is worth in this epoch, by category too, and what would raise it."""
    if everybody and (member is not None or plot is not None):
        raise UsageWrong("Give --all, or one member.")
    async with connect(session.settings().api.listen) as client:
        if everybody:
            listed = await client.quality()
            print_json(session.out, listed) if session.json else print_all(session.out, listed)
            return
        report = await client.quality_of(member)
    if plot is not None:
        draw(report, plot)
    if session.json:
        print_json(session.out, report)
    else:
        _print_one(session, report)


def _print_one(session: Session, report: QualityReport) -> None:
    line = report.line
    facts(
        session.out,
        ("Member", f"{line.member_id} {line.name}".rstrip()),
        ("Score", f"{percent(line.score_bps)}, next epoch {percent(line.next_score_bps)}"),
        ("Entitlement", f"{count(line.entitlement)} elements an epoch"),
        ("Hits", f"{count(report.paid_hits)} paid for, {count(report.rated_hits)} of them rated"),
        ("Confirmed, refuted", f"{_weight(line.confirmed)}, {_weight(line.refuted)} ratings' weight"),
        ("Freshness", percent(line.fresh_bps)),
        ("Breaches", f"{count(line.breaches)}, which take {percent(line.breach_bps)}"),
    )
    sheet = Sheet("Category", "#Score", "#Confirmed", "#Refuted")
    for part in line.categories:
        sheet.row(part.category, percent(part.score_bps), _weight(part.confirmed), _weight(part.refuted))
    if not sheet.empty:
        sheet.print(session.out)
    for sentence in report.advice:
        session.say(sentence)


def print_all(out: Console, listed: Sequence[QualityLine]) -> None:
    columns = ("#Score, next", "#Entitlement", "#Confirmed", "#Refuted")
    sheet = Sheet("Member, category", *columns, wrapping=["Member, category"])
    for one in listed:
        breaches = (f"  {counted(one.breaches, 'breach', plural='breaches')}",) if one.breaches else ()
        sheet.row(
            (
                shown(f"{one.member_id} {one.name}".rstrip(), style="bold"),
                f"  fresh: {percent(one.fresh_bps)}",
                *breaches,
            ),
            f"{one.score_bps / 100:.1f} → {percent(one.next_score_bps)}",
            one.entitlement,
            _weight(one.confirmed),
            _weight(one.refuted),
        )
        for part in one.categories:
            weights = (None, _weight(part.confirmed), _weight(part.refuted))
            sheet.row(f"  {part.category}", percent(part.score_bps), *weights)
    sheet.print(out)


def _weight(thousandths: int) -> str:
    return f"{thousandths / 1_000:,.1f}"
