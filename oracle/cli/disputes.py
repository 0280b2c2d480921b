"""`riskmesh disputes`, `dispute` and `answer`: what is disputed, and what this institution says to it."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.api.auditing_schema import LONGEST_ANSWER
from oracle.api.client import LocalClient, connect
from oracle.cli.audits import next_step, opening_cells, print_to_do, standing
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, count, moment, print_json, shortened
from oracle.domain.disputes import DisputeState
from oracle.domain.reports import OwnDispute

app = group(about="Disputes.")
NO_DISPUTES = (
    "There is no dispute on the chain. A record that a holder did not disclose, or not as it had committed "
    "to it, brings one: `riskmesh dispute open`, or `disputes.automatic`."
)
dispute = group(about="Dispute what a holder disclosed, or did not.")


@command(app, "disputes", example="riskmesh disputes", failure="The disputes are not known.")
async def disputes(session: Session) -> None:
    """List disputes over disclosures, the newest first: all on the chain, and your own before they are."""
    async with connect(session.settings().api.listen) as client:
        report = await client.disputes()
    if session.json:
        print_json(session.out, report)
        return
    sheet = Sheet("Case", "#Requester", "Holder", "Standing", "#Escrow", "Next step by (UTC)")
    for one in report.cases:
        case, _, accused = opening_cells(one)
        sheet.row(case, one.opener, accused, standing(one), one.amount, next_step(one))
    sheet.print(session.out, otherwise=NO_DISPUTES)
    waiting = [one for one in report.own if not one.case_id]
    if waiting:
        _print_own(session, waiting)
    print_to_do(session.out, report.cases)


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


def _print_own(session: Session, waiting: list[OwnDispute]) -> None:
    columns = ("Query", "#Index", "Holder", "Ground", "State", "#Credits", "Open until (UTC)")
    sheet = Sheet(*columns, title="Not on the chain")
    for one in waiting:
        holder = f"{one.holder} {one.holder_name}".rstrip()
        cells = (one.ground.value, one.state.value, one.amount, moment(one.open_until))
        sheet.row(shortened(one.query_id), one.index, holder, *cells)
    sheet.print(session.out)
    for one in waiting:
        if one.failure:
            session.say(f"{shortened(one.query_id)}, {one.index}: {one.failure}")
    if any(one.state is DisputeState.NOTED for one in waiting):
        session.note("`riskmesh dispute open QUERY_ID --index N --holder M` opens one.")
