"""`riskmesh members`, `proposals` and `carry`: the consortium and its decisions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from oracle.api.client import LocalClient, connect
from oracle.api.governance_schema import ApplicationFile
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, count, facts, moment, percent, print_json, shown
from oracle.cli.proposal_report import print_details, print_temptations
from oracle.domain.application import Application
from oracle.domain.reports import MemberLine, MemberStatus, ProposalDetails, ProposalLine, ProposalState

SHORT = 10
"""Digits of a proposal's number in a list; a whole one has up to 78."""
app = group(about="The consortium.")

_STATE_STYLES = {
    ProposalState.ACTIVE: "bold yellow",
    ProposalState.SUCCEEDED: "green",
    ProposalState.QUEUED: "green",
    ProposalState.EXECUTED: "green",
    ProposalState.DEFEATED: "red",
}


@command(app, "members", example="riskmesh members --json", failure="The members are not known.")
async def members(session: Session) -> None:
    """List the members, with the price and the score of their hits."""
    async with connect(session.settings().api.listen) as client:
        listed = await client.members()
    if session.json:
        print_json(session.out, listed)
        return
    print_members(session.out, listed)


def print_members(out: Console, listed: Sequence[MemberLine]) -> None:
    sheet = Sheet(
        *("#No.", "Name, endpoint", "Status", "#Score", "#Hit price", "#Snapshot"),
        wrapping=["Name, endpoint"],
    )
    for one in listed:
        active = one.status is MemberStatus.ACTIVE
        name = shown(f"{one.name or '-'}{' (you)' if one.is_self else ''}", style="bold")
        sheet.row(
            one.member_id,
            (name, one.endpoint),
            shown(one.status.value, style="green" if active else "yellow"),
            percent(one.score_bps),
            one.hit_price,
            one.sequence,
        )
    sheet.print(out)


@command(
    app,
    "proposals",
    example="riskmesh proposals\nriskmesh proposals 812301",
    failure="The proposals are not known.",
)
async def proposals(
    session: Session,
    proposal: Annotated[str | None, typer.Argument(help="Its number, or the first digits.")] = None,
) -> None:
    """List proposals, the newest first; or show one: what it calls and what that would do now."""
    async with connect(session.settings().api.listen) as client:
        if proposal is not None:
            await _show(session, await client.proposal(await found_proposal(client, proposal)))
            return
        listed = await client.proposals()
    if session.json:
        print_json(session.out, listed)
        return
    print_proposals(session.out, listed)
    session.note("See what one would do with: riskmesh proposals NUMBER (its first digits are enough)")
    session.note("Vote with: riskmesh vote NUMBER for|against|abstain")


def print_proposals(out: Console, listed: Sequence[ProposalLine]) -> None:
    columns = ("Number", "Proposal", "State, until (UTC)", "For : against")
    sheet = Sheet(*columns, wrapping=["Proposal"])
    for one in listed:
        abstained = (f"{count(one.votes_abstain)} abstained",) if one.votes_abstain else ()
        own = () if one.own_vote is None else (f"you: {one.own_vote.value}",)
        sheet.row(
            shown(one.proposal_id[:SHORT], style="cyan"),
            shown(one.title.split(" (operator ")[0], style="bold"),
            (shown(one.state.value, style=_STATE_STYLES.get(one.state, "")), moment(one.voting_ends_at)),
            (
                f"{count(one.votes_for)} : {count(one.votes_against)}",
                *abstained,
                f"quorum {count(one.quorum)}",
                *own,
            ),
        )
    sheet.print(out)


async def _show(session: Session, details: ProposalDetails) -> None:
    if session.json:
        print_json(session.out, details)
        return
    print_proposal(session, details.line)
    print_details(session.out, details)


@command(
    app,
    "carry",
    example="riskmesh carry 812301",
    failure="The proposal was not carried further.",
)
async def carry(
    session: Session, proposal: Annotated[str, typer.Argument(help="Its number, or the first digits.")]
) -> None:
    """Queue a proposal that succeeded, or execute one whose delay has passed."""
    async with connect(session.settings().api.listen) as client:
        line = await client.carry(await found_proposal(client, proposal))
    print_proposal(session, line)


def read_application(path: Path) -> Application:
    """The application in a file, checked for its form."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ApplicationFile).application()
    except OSError as error:
        raise UsageWrong(f"Cannot read {path}: {error.strerror}.") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UsageWrong(
            f"{path} is not an application: {error}. Ask the institution for a new one."
        ) from error


def proposal_number(text: str) -> str:
    """A proposal's number as it travels in a path."""
    if not (text.isascii() and text.isdigit()):
        raise UsageWrong("A proposal is named by its decimal number. 'riskmesh proposals' lists them.")
    return text


async def found_proposal(client: LocalClient, text: str) -> str:
    """The whole number of the one proposal whose number begins with these digits."""
    digits = proposal_number(text)
    matching = [one.proposal_id for one in await client.proposals() if one.proposal_id.startswith(digits)]
    if digits in matching:
        return digits
    if len(matching) != 1:
        raise UsageWrong(
            f"{len(matching)} proposals have a number that begins with {digits}. "
            "'riskmesh proposals --json' lists the whole numbers."
        )
    return matching[0]


def print_proposal(session: Session, line: ProposalLine) -> None:
    """One proposal in full, or as JSON."""
    if session.json:
        print_json(session.out, line)
    else:
        _print(session.out, line)
        print_temptations(session.out, line)


def _print(out: Console, line: ProposalLine) -> None:
    facts(
        out,
        ("Proposal", line.proposal_id),
        ("Title", shown(line.title, style="bold")),
        ("State", shown(line.state.value, style=_STATE_STYLES.get(line.state, ""))),
        ("For", line.votes_for),
        ("Against", line.votes_against),
        ("Abstain", line.votes_abstain),
        ("Quorum", line.quorum),
        ("Voting ends", f"{moment(line.voting_ends_at)} UTC"),
        ("Executable", f"{moment(line.executable_at)} UTC" if line.executable_at is not None else None),
        ("Your vote", line.own_vote.value if line.own_vote is not None else None),
    )
