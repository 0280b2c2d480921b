"""`riskmesh disputes`, `dispute` and `answer`: what is disputed, and what this institution says to it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from oracle.api.auditing_schema import LONGEST_ANSWER
from oracle.api.client import LocalClient, connect
from oracle.cli.audits import named, next_step, print_to_do, standing_lines
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, count, moment, print_json, shortened, shown
from oracle.domain.disputes import DisputeState
from oracle.domain.reports import CaseLine, CaseStanding, DisputeReport, OwnDispute

app = group(about="Disputes.")
NO_DISPUTES = (
    "There is no dispute on the chain. A record that a holder did not disclose, or not as it had committed "
    "to it, brings one: `riskmesh dispute open`, or `disputes.automatic`."
)
dispute = group(about="Dispute what a holder disclosed, or did not.")


@command(app, "disputes", example="riskmesh disputes", failure="The disputes are not known.")
async def disputes(session: Session) -> None:
    """List disputes over disclosures, the newest first: all on the chain, then your own by query."""
    async with connect(session.settings().api.listen) as client:
        report = await client.disputes()
    if session.json:
        print_json(session.out, report)
        return
    print_disputes(session.out, report)
    noted = next((one for one in report.own if one.state is DisputeState.NOTED), None)
    if noted is not None:
        named_so = f"{noted.query_id} --index {noted.index} --holder {noted.holder}"
        session.note(f"Open one by its query, index and holder: riskmesh dispute open {named_so}")


def print_disputes(out: Console, report: DisputeReport) -> None:
    columns = ("Case", "Requester, holder", "Standing", "Escrow", "Next step by (UTC)")
    sheet = Sheet(*columns, wrapping=["Requester, holder", "Escrow"])
    for one in report.cases:
        sheet.row(
            shortened(one.case_id),
            (named(one.opener or 0, one.opener_name), named(one.accused, one.accused_name)),
            standing_lines(one),
            _escrow(one),
            next_step(one),
        )
    sheet.print(out, otherwise=NO_DISPUTES)
    if report.own:
        _print_own(out, report)
    print_to_do(out, report.cases)


@command(
    dispute,
    "open",
    example="riskmesh dispute open QUERY_ID --index 0 --holder 2",
    failure="No dispute was opened.",
)
async def open_dispute(
    session: Session,
    *,
    query_id: Annotated[str, typer.Argument(help="As riskmesh queries lists it.")],
    index: Annotated[int, typer.Option(min=0, help="Position of the subject in the query, from 0.")],
    holder: Annotated[int, typer.Option(min=1, help="Member number of who disclosed it wrongly or not.")],
) -> None:
    """Dispute a disclosure that is wrong or did not come; the auditors decide, and the loser pays."""
    async with connect(session.settings().api.listen) as client:
        opened = await client.open_dispute(query_id=query_id, index=index, holder=holder)
    if session.json:
        print_json(session.out, opened)
        return
    session.say(
        f"Member {opened.holder}, {opened.ground.value}: {opened.state.value}; {count(opened.amount)} "
        "credits wait in escrow once it is on the chain. `riskmesh disputes` shows how it goes on."
    )


@command(
    app,
    "answer",
    example="riskmesh answer CASE rebuttal.pdf",
    failure="The case was not answered.",
)
async def answer(
    session: Session,
    *,
    case: Annotated[str, typer.Argument(help="The case, or its first digits.")],
    file: Annotated[Path, typer.Argument(help="What the auditors are to read: at most 1 MiB.")],
) -> None:
    """Answer a case for cause or a contradiction against you: auditors fetch your file from the daemon."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageWrong(f"Cannot read {file}: {error.strerror}.") from error
    if not 0 < len(content) <= LONGEST_ANSWER:
        raise UsageWrong(
            f"{file} has {count(len(content))} bytes; an answer has 1 to {count(LONGEST_ANSWER)}."
        )
    async with connect(session.settings().api.listen) as client:
        case_id = await _case(client, case)
        line = await client.answer_case(case_id=case_id, name=file.name, content=content)
    if session.json:
        print_json(session.out, line)
    else:
        session.say(f"Answered with {line.answer}. The auditors fetch the file; keep the daemon reachable.")


async def _case(client: LocalClient, digits: str) -> bytes:
    found = [one.case_id for one in await client.cases() if one.case_id.startswith(digits)]
    if len(found) != 1:
        raise UsageWrong(f"{len(found)} cases begin with {digits}: `riskmesh audits` and `disputes`.")
    return bytes.fromhex(found[0][2:])


def _escrow(one: CaseLine) -> tuple[str, ...]:
    """What waits, and to whom it went."""
    if one.outcome is None or not one.amount:
        return (count(one.amount),)
    dismissed = one.outcome is CaseStanding.DISMISSED
    number, name = (one.accused, one.accused_name) if dismissed else (one.opener, one.opener_name)
    return count(one.amount), f"to {name or f'member {number}'}"


def _print_own(out: Console, report: DisputeReport) -> None:
    cases = {one.case_id: one for one in report.cases}
    columns = ("Query", "#Index", "Holder", "Ground", "#Credits", "State")
    sheet = Sheet(*columns, title="Yours", wrapping=["Holder", "State"])
    for one in report.own:
        case = cases.get(one.case_id)
        state = _off_chain(one) if case is None else (shortened(case.case_id), *standing_lines(case))
        sheet.row(
            shortened(one.query_id),
            one.index,
            named(one.holder, one.holder_name),
            one.ground.value,
            one.amount,
            state,
        )
    sheet.print(out)
    for one in report.own:
        if one.failure:
            out.print(shown(f"{shortened(one.query_id)}, {one.index}: {one.failure}"))


def _off_chain(one: OwnDispute) -> tuple[str, ...]:
    match one.state:
        case DisputeState.NOTED:
            return "not opened; possible until", moment(one.open_until)
        case DisputeState.FAILED:
            return ("refused by the chain",)
        case _:
            return ("on its way to the chain",)
