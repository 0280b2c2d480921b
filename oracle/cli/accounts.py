"""`riskmesh credits`, `redeem` and `rate`: what is owed, and what the answers were worth."""

from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, count, facts, moment, print_json, shortened
from oracle.domain.record import Category
from oracle.domain.reports import CreditsSummary, PairAccount, Verdict

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


@command(
    app,
    "rate",
    example="riskmesh rate QUERY_ID confirmed --index 0 --holder 2 --category telecom_fraud",
    failure="The rating was not taken.",
)
async def rate(
    session: Session,
    *,
    query_id: Annotated[str, typer.Argument(help="As riskmesh queries lists it.")],
    verdict: Annotated[Verdict, typer.Argument(help="What you found out.")],
    index: Annotated[int, typer.Option(min=0, help="Position of the subject in the query, from 0.")],
    holder: Annotated[int, typer.Option(min=1, help="Member number of who disclosed the item.")],
    category: Annotated[str, typer.Option(help="Category of the item, e.g. telecom_fraud.")],
) -> None:
    """Say whether a disclosed item was right; it changes what the holder's hits cost."""
    chosen = next((one for one in Category if one.label == category), None)
    if chosen is None:
        raise UsageWrong(
            f"There is no such category. Use one of: {', '.join(one.label for one in Category)}."
        )
    async with connect(session.settings().api.listen) as client:
        report = await client.rate(
            query_id=query_id, index=index, holder=holder, category=chosen, verdict=verdict
        )
    if session.json:
        print_json(session.out, report)
        return
    sent = f"in transaction {shortened(report.transaction)}" if report.transaction else "with the next batch"
    session.say(f"Member {report.holder}, {report.category}: {report.verdict.value}; on the chain {sent}.")


def _print(session: Session, summary: CreditsSummary) -> None:
    facts(
        session.out,
        ("Balance", f"{count(summary.balance)} credits"),
        ("Floor", f"{count(-summary.floor)} credits"),
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
    sheet = Sheet("Member", "#Queries", "#Hits", "#Vouched for", "#Redeemed", "#Open", title=title)
    for one in pairs:
        sheet.row(
            one.name or f"member {one.member_id}",
            one.queries,
            one.hits,
            one.amount,
            one.paid,
            one.amount - one.paid,
        )
    if not sheet.empty:
        sheet.print(session.out)
