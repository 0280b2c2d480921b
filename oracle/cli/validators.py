"""`riskmesh chain validators`: holds the validators against the members, and casts an operator's votes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from oracle.chain.connection import open_connection
from oracle.chain.deployment import read_record
from oracle.chain.network.consensus import Consensus, consensus_of
from oracle.chain.network.errors import NotAValidator
from oracle.chain.network.membership import read_members
from oracle.chain.network.node_calls import NodeCalls
from oracle.chain.network.validator_list import parse_validator_options, read_validator_list
from oracle.chain.network.validators import Advice, Majority, ValidatorLine, compare, wanted_votes
from oracle.chain.network.voting import Ballot, cast_votes
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, facts, print_json, shown
from oracle.domain.ids import Address, MemberId

app = group(about="Validators.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """What the command found, and did."""

    consensus: str
    node_seals_as: Address | None
    votes_needed: int
    lines: tuple[ValidatorLine, ...]
    votes: Mapping[Address, bool]
    """What this node should vote for; True adds."""
    cast: tuple[Ballot, ...]


@command(
    app,
    "validators",
    example="riskmesh chain validators --rpc http://127.0.0.1:8545 --validators validators.json --cast",
    failure="The validators were not compared, or not every vote was cast.",
)
async def validators(  # noqa: PLR0917 - every parameter is an option by name
    session: Session,
    rpc: Annotated[str, typer.Option(help="Your own node, with its `clique` or `qbft` module.")],
    deployment: Annotated[Path, typer.Option(help="The deployment record.", dir_okay=False)] = Path(
        "deployment.json"
    ),
    listed: Annotated[
        Path | None,
        typer.Option("--validators", help="JSON file: each member's validator.", dir_okay=False),
    ] = None,
    validator: Annotated[list[str] | None, typer.Option(help="MEMBER=ADDRESS; may be repeated.")] = None,
    cast: Annotated[
        bool, typer.Option("--cast", help="Cast the votes on this node, and take back others.")
    ] = False,
) -> None:
    """Compare the validators with the members in standing; say, or cast, the votes that follow."""
    named = _named(listed, validator or [])
    record = read_record(deployment)
    async with open_connection([rpc]) as connection:
        await connection.verify_chain(record)
        calls = NodeCalls(connection.nodes[0])
        consensus = await consensus_of(calls)
        sealing = await consensus.validators()
        lines = compare(await read_members(connection, record), named, sealing)
        votes, own = wanted_votes(lines), await calls.sealing_account()
        report = _Report(
            consensus=consensus.name,
            node_seals_as=own,
            votes_needed=Majority(validators=len(sealing)).votes,
            lines=lines,
            votes=votes,
            cast=await _cast(consensus, votes, own, sealing) if cast else (),
        )
    if session.json:
        print_json(session.out, report)
    else:
        _print(session, report, cast=cast)


async def _cast(
    consensus: Consensus, votes: Mapping[Address, bool], own: Address | None, sealing: Sequence[Address]
) -> tuple[Ballot, ...]:
    # Besu's coinbase is an account of rewards, which on a chain without fees nobody has to set.
    if consensus.name == "Clique" and own not in sealing:
        raise NotAValidator(f"This node seals as {own or 'nobody'}, which is no validator: it has no vote")
    return await cast_votes(consensus, votes)


def _named(listed: Path | None, options: list[str]) -> Mapping[MemberId, Address]:
    if listed is None and not options:
        raise UsageWrong("Say which validator each member runs: --validators FILE, or --validator 1=0x…")
    file = read_validator_list(listed) if listed is not None else {}
    return {**file, **parse_validator_options(options)}


def _print(session: Session, report: _Report, *, cast: bool) -> None:
    sheet = Sheet("Member", "Status", "Validator", "Seals", "Vote")
    for line in report.lines:
        sheet.row(
            "-" if line.member_id is None else str(line.member_id),
            line.status,
            line.validator,
            "yes" if line.seals else "no",
            shown(line.advice.value, style=_STYLES[line.advice]),
        )
    sheet.print(session.out)
    facts(
        session.out,
        ("Consensus", report.consensus),
        ("This node", f"seals as {report.node_seals_as}" if report.node_seals_as else "does not seal"),
        ("To change", f"{report.votes_needed} validators vote alike"),
    )
    for ballot in report.cast:
        session.say(ballot.said)
    if not report.votes:
        session.say("The validators are those of the members.")
    elif not cast:
        session.say("Each operator runs this with --cast on its own node.")


_STYLES = {Advice.KEEP: "green", Advice.ADD: "yellow", Advice.DROP: "red", Advice.NONE: "dim"}
