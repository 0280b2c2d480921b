"""`riskmesh propose`: everything that the members decide by vote."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from oracle.api.client import connect
from oracle.api.governing_schema import CallInput
from oracle.chain.books.parameters import parameter_key
from oracle.chain.contracts import roles
from oracle.cli.command import Session, command, group
from oracle.cli.consortium import print_proposal, read_application
from oracle.cli.errors import UsageWrong
from oracle.domain.reports import ProposalLine, ProposedCall

propose = group(about="Propose something to the members.")

REGISTRY, PARAMETERS = "MemberRegistry", "ProtocolParameters"
_OWN_SETTERS = {
    "epoch_length_s": (PARAMETERS, "setEpochLength"),
    "voting_delay_s": ("ConsortiumGovernor", "setVotingDelay"),
    "voting_period_s": ("ConsortiumGovernor", "setVotingPeriod"),
    "quorum_percent": ("ConsortiumGovernor", "updateQuorumNumerator"),
    "timelock_delay_s": ("ConsortiumTimelock", "updateDelay"),
}
"""Parameters that are not set by `ProtocolParameters.set`."""
_FEES = frozenset({"query_fee", "hit_fee"})
NOT_PROPOSED = "Nothing was proposed."

MemberNumber = Annotated[int, typer.Argument(min=1, help="Member number, as riskmesh members lists it.")]


@command(
    propose,
    "admit",
    example="riskmesh propose admit bank-d/application.json",
    failure="The admission was not proposed.",
)
async def admit(
    session: Session,
    application: Annotated[Path, typer.Argument(help="application.json as riskmesh init wrote it.")],
) -> None:
    """Propose to admit an institution; the members then vote."""
    parsed = read_application(application)
    async with connect(session.settings().api.listen) as client:
        line = await client.propose_admission(parsed)
    _print(session, line)


@command(propose, "suspend", example="riskmesh propose suspend 3", failure=NOT_PROPOSED)
async def suspend(session: Session, member: MemberNumber) -> None:
    """Propose to take a member's standing and vote away until it is reinstated."""
    await submit(session, ProposedCall(contract=REGISTRY, function="suspend", arguments=(str(member),)))


@command(propose, "reinstate", example="riskmesh propose reinstate 3", failure=NOT_PROPOSED)
async def reinstate(session: Session, member: MemberNumber) -> None:
    """Propose to end a member's suspension."""
    await submit(session, ProposedCall(contract=REGISTRY, function="reinstate", arguments=(str(member),)))


@command(propose, "expel", example="riskmesh propose expel 3", failure=NOT_PROPOSED)
async def expel(session: Session, member: MemberNumber) -> None:
    """Propose to expel a member for ever."""
    await submit(session, ProposedCall(contract=REGISTRY, function="expel", arguments=(str(member),)))


@command(
    propose,
    "governance",
    example="riskmesh propose governance 3 0x52908400098527886E0F7030069857D2E4169EE7",
    failure=NOT_PROPOSED,
)
async def governance(
    session: Session,
    member: MemberNumber,
    account: Annotated[str, typer.Argument(help="The new governance account, an address.")],
) -> None:
    """Propose to move a member and its vote to another governance account."""
    arguments = (str(member), account)
    await submit(session, ProposedCall(contract=REGISTRY, function="replaceGovernance", arguments=arguments))


@command(
    propose,
    "parameter",
    example="riskmesh propose parameter claim_window_s 7200",
    failure=NOT_PROPOSED,
)
async def parameter(
    session: Session,
    name: Annotated[str, typer.Argument(help="As riskmesh params lists it.")],
    value: Annotated[str, typer.Argument(help="A whole number, or 0x hex for a hash.")],
) -> None:
    """Propose another value of a parameter, within its bounds."""
    number = _number(value)
    if name in _FEES:
        raise UsageWrong("Fees change together: riskmesh propose prices QUERY_FEE HIT_FEE.")
    async with connect(session.settings().api.listen) as client:
        known = {line.name: line for line in await client.parameters()}
    if name not in known:
        raise UsageWrong(f"There is no parameter '{name}'. 'riskmesh params' lists them.")
    line = known[name]
    if not int(line.least) <= number <= int(line.most):
        raise UsageWrong(f"{name} has to be from {line.least} to {line.most}; nobody can change that.")
    contract, function = _OWN_SETTERS.get(name, (PARAMETERS, "set"))
    key = () if name in _OWN_SETTERS else ("0x" + parameter_key(name).hex(),)
    await submit(session, ProposedCall(contract=contract, function=function, arguments=(*key, str(number))))


@command(propose, "prices", example="riskmesh propose prices 1 120", failure=NOT_PROPOSED)
async def prices(
    session: Session,
    query_fee: Annotated[int, typer.Argument(min=0, help="Credits for each element of a reply.")],
    hit_fee: Annotated[int, typer.Argument(min=0, help="Credits for a hit at a score of 5,000.")],
) -> None:
    """Propose both fees, from the epoch after the one in which the proposal is carried out."""
    arguments = (str(query_fee), str(hit_fee))
    await submit(session, ProposedCall(contract=PARAMETERS, function="setPrices", arguments=arguments))


@command(
    propose,
    "grant",
    example="riskmesh propose grant MemberRegistry emergency 0x5290…9EE7",
    failure=NOT_PROPOSED,
)
async def grant(
    session: Session,
    contract: Annotated[str, typer.Argument(help="Contract whose role it is.")],
    role: Annotated[str, typer.Argument(help="E.g. governor, emergency, reporter.")],
    account: Annotated[str, typer.Argument(help="Who shall hold it, an address.")],
) -> None:
    """Propose to give a contract's role to an account, for instance to a ledger that replaces another."""
    await submit(session, _role_call("grantRole", contract, role, account))


@command(
    propose,
    "revoke",
    example="riskmesh propose revoke MemberRegistry emergency 0x5290…9EE7",
    failure=NOT_PROPOSED,
)
async def revoke(
    session: Session,
    contract: Annotated[str, typer.Argument(help="Contract whose role it is.")],
    role: Annotated[str, typer.Argument(help="E.g. governor, emergency, reporter.")],
    account: Annotated[str, typer.Argument(help="Who holds it, an address.")],
) -> None:
    """Propose to take a contract's role from an account."""
    await submit(session, _role_call("revokeRole", contract, role, account))


@command(
    propose,
    "call",
    example="riskmesh propose call CreditLedger setQualityLedger 0x5290…9EE7",
    failure=NOT_PROPOSED,
)
async def call(
    session: Session,
    contract: Annotated[str, typer.Argument(help="Name in the deployment record.")],
    function: Annotated[str, typer.Argument(help="Name, or signature where it is overloaded.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="Lists and tuples as JSON.")] = None,
) -> None:
    """Propose any call of the consortium's contracts, for what has no command of its own."""
    await submit(
        session, ProposedCall(contract=contract, function=function, arguments=tuple(arguments or ()))
    )


@command(
    propose,
    "calls",
    example='riskmesh propose calls new-ledger.json --title "Replace the credit ledger"',
    failure=NOT_PROPOSED,
)
async def calls(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(help="JSON: a list of {contract, function, arguments}.")],
    title: Annotated[str, typer.Option(help="Made from the calls if absent.")] = "",
) -> None:
    """Propose several calls that are carried out together or not at all."""
    try:
        parsed = msgspec.json.decode(file.read_bytes(), type=list[CallInput])
    except OSError as error:
        raise UsageWrong(f"Cannot read {file}: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise UsageWrong(f"{file} is not a list of calls: {error}.") from error
    await submit(session, *(each.call() for each in parsed), title=title)


async def submit(session: Session, *proposed: ProposedCall, title: str = "") -> None:
    """Put calls to the vote and say how to go on."""
    if not proposed:
        raise UsageWrong("There is no call to propose.")
    async with connect(session.settings().api.listen) as client:
        line = await client.propose(proposed, title=title)
    _print(session, line)


def _print(session: Session, line: ProposalLine) -> None:
    print_proposal(session, line)
    session.note(f"See what it would do with: riskmesh proposals {line.proposal_id[:10]}")
    session.note(f"Vote with: riskmesh vote {line.proposal_id} for")


def _role_call(function: str, contract: str, role: str, account: str) -> ProposedCall:
    if role not in roles.ALL:
        raise UsageWrong(f"There is no role '{role}'. Known: {', '.join(roles.ALL)}.")
    code = "0x" + roles.ALL[role].hex()
    return ProposedCall(contract=contract, function=function, arguments=(code, account))


def _number(text: str) -> int:
    try:
        return int(text, 16 if text.startswith("0x") else 10)
    except ValueError:
        raise UsageWrong(f"'{text}' is no whole number.") from None
