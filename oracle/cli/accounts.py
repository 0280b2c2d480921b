"""`riskmesh credits` and `redeem`: what is owed."""

from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.printing import Sheet, count, facts, moment, print_json
from oracle.domain.reports import CreditsSummary, PairAccount

app = group(about="Accounts.")


@command(app, "credits", example="riskmesh credits", failure="The account is not known.")
async def show_credits(session: Session) -> None:
    """The balance, the prices, and what is owed in both directions."""
    async with connect(session.settings().api.listen) as client:
        summary = await client.credits()
    if session.json:
        print_json(session.out, summary)
    else:
        _print(session, summary)


@command(
    app,
    "redeem",
    example="riskmesh redeem\nriskmesh redeem --from 2 --from 3",
    failure="Nothing was redeemed.",
)
async def redeem(
    session: Session,
    *,
    requesters: Annotated[
        list[int] | None, typer.Option("--from", min=1, help="Member number; all that owe if absent.")
    ] = None,
) -> None:
    """Bring the newest vouchers received to the chain."""
    async with connect(session.settings().api.listen) as client:
        report = await client.redeem(requesters or [])
    if session.json:
        print_json(session.out, report)
        return
    if not report.pairs:
        session.say("No voucher is worth more than what it has been paid.")
        return
    sheet = Sheet("#From member", "#Voucher total", "#Paid now")
    for pair in report.pairs:
        sheet.row(pair.requester, pair.amount, pair.paid)
    sheet.print(session.out)
    session.note(f"Transaction {report.transaction}")


def _print(session: Session, summary: CreditsSummary) -> None:
    facts(
        session.out,
        ("Balance", f"{count(summary.balance)} credits"),
        ("Floor", f"{count(-summary.floor)} credits"),
        ("Owed to one", f"{count(summary.exposure_limit)} credits at most, or holders refuse"),
        ("Granted", f"{count(summary.granted)} credits"),
        (
            "Allowance",
            f"{count(summary.allowance)} credits, {count(summary.allowance_unspent)} to expire unspent",
        ),
        ("In escrow", f"{count(summary.escrowed)} credits"),
        ("Penalties", f"{count(summary.penalties)} credits"),
        (
            "Budget",
            f"{count(summary.evaluations_used)} of {count(summary.evaluations_limit)} evaluations used",
        ),
        ("Renewed", f"allowance and budget at {moment(summary.epoch_ends)} UTC"),
        (
            "Prices",
            f"{count(summary.query_fee)} a query, {count(summary.hit_fee)} a hit before its score",
        ),
    )
    _pairs(session, "Owed to others for answers", summary.given)
    _pairs(session, "Owed by others for your answers", summary.received)


def _pairs(session: Session, title: str, pairs: tuple[PairAccount, ...]) -> None:
    columns = ("Member", "#Queries", "#Hits", "#Vouched for", "#Paid", "#Set off", "#Open")
    sheet = Sheet(*columns, title=title)
    for one in pairs:
        sheet.row(
            one.name or f"member {one.member_id}",
            one.queries,
            one.hits,
            one.amount,
            one.paid,
            one.set_off,
            one.open,
        )
    if not sheet.empty:
        sheet.print(session.out)
