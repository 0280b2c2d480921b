"""`riskmesh vote`: signs with the governance key here, or carries a vote signed elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.chain.deployment import read_record
from oracle.cli.ballots import (
    GOVERNOR_NAME,
    GOVERNOR_VERSION,
    ballot_file,
    read_ballot,
    sign_ballot,
    write_ballot,
)
from oracle.cli.command import Session, command, group
from oracle.cli.consortium import found_proposal, print_proposal, proposal_number
from oracle.cli.errors import UsageWrong
from oracle.cli.passphrases import known_passphrase
from oracle.cli.printing import print_json
from oracle.config.environment import read_environment
from oracle.config.settings import Settings
from oracle.crypto.key_files import open_governance
from oracle.crypto.signing import Signer
from oracle.domain.reports import BallotForm, ProposalLine, SignedBallot, Support

app = group(about="Vote.")


@command(
    app,
    "vote",
    example="riskmesh vote 812301 for\nriskmesh vote --ballot ballot.json",
    failure="The vote was not cast.",
)
async def vote(
    session: Session,
    *,
    proposal: Annotated[str | None, typer.Argument(help="Its number, or the first digits.")] = None,
    support: Annotated[Support | None, typer.Argument(help="Your vote.")] = None,
    ballot: Annotated[Path | None, typer.Option(help="Submit this signed vote.")] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Only sign, without daemon or network; needs deployment.json.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="With --offline: where the signed vote goes.")] = None,
    nonce: Annotated[
        int, typer.Option(min=0, help="With --offline: votes that this account has signed and cast before.")
    ] = 0,
) -> None:
    """Vote on a proposal with this institution's governance key.

    The key is opened for this one signature; the daemon only carries the signed vote to the chain.
    """
    if ballot is not None:
        if proposal is not None or offline:
            raise UsageWrong("--ballot carries the whole vote; give nothing else with it.")
        await _submit(session, read_ballot(ballot))
        return
    if proposal is None or support is None:
        raise UsageWrong("A vote needs PROPOSAL and for, against or abstain.")
    settings = session.settings()
    if offline:
        _sign_offline(session, settings, proposal_number(proposal), support, nonce=nonce, out=out)
        return
    async with connect(settings.api.listen) as client:
        form = await client.ballot_form(await found_proposal(client, proposal), support)
        line = await client.submit_ballot(sign_ballot(form, _governance(session, settings)))
    _print(session, line, support)


def _sign_offline(
    session: Session, settings: Settings, number: str, support: Support, *, nonce: int, out: Path | None
) -> None:
    if out is None:
        raise UsageWrong("--offline needs --out FILE for the signed vote.")
    record = read_record(settings.chain.deployment)
    signer = _governance(session, settings)
    form = BallotForm(
        governor_name=GOVERNOR_NAME,
        governor_version=GOVERNOR_VERSION,
        chain_id=record.chain_id,
        verifying_contract=record.address_of("ConsortiumGovernor"),
        proposal_id=number,
        support=support,
        voter=signer.address,
        nonce=nonce,
    )
    signed = sign_ballot(form, signer)
    write_ballot(out, signed)
    if session.json:
        print_json(session.out, ballot_file(signed))
    else:
        session.say(f"Signed: {support.value}, by {signer.address}, vote number {nonce}.")
        session.note(f"Cast it from the daemon's machine with: riskmesh vote --ballot {out}")


def _governance(session: Session, settings: Settings) -> Signer:
    passphrase = known_passphrase(read_environment(), settings.keys)
    session.note("Opening the governance key …")
    return open_governance(settings.keys.folder, passphrase.text)


async def _submit(session: Session, signed: SignedBallot) -> None:
    async with connect(session.settings().api.listen) as client:
        line = await client.submit_ballot(signed)
    _print(session, line, signed.support)


def _print(session: Session, line: ProposalLine, support: Support) -> None:
    session.note(f"Voted {support.value}.")
    print_proposal(session, line)
