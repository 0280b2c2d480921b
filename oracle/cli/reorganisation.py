"""`riskmesh chain accept-reorganisation`: the decision that a daemon does not take by itself."""

from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.chain.holding import NoSuchReorganisation
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import counted, print_json

app = group(about="After a reorganisation.")


@command(
    app,
    "accept-reorganisation",
    example="riskmesh status\nriskmesh chain accept-reorganisation --yes",
    failure="Nothing was decided; the daemon waits as before.",
)
async def accept_reorganisation(
    session: Session,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="The other members have confirmed that the new branch holds.")
    ] = False,
) -> None:
    """Go on with a branch that replaced final blocks: take back what followed from the old one."""
    async with connect(session.settings().api.listen) as client:
        held = (await client.status()).chain.held
        if held is None:
            raise NoSuchReorganisation("No final block was replaced: there is nothing to accept.")
        if not yes:
            raise UsageWrong(
                f"Blocks {held.first_block} to {held.last_block} would be given up for those of node "
                f"{held.node}. What others did on the strength of them may be gone. Ask the other members "
                "first, then say --yes"
            )
        accepted = await client.accept_reorganisation(first_block=held.first_block)
    if session.json:
        print_json(session.out, accepted)
    else:
        session.say(
            f"Accepted: {counted(accepted.depth, 'block')} from {accepted.first_block} on are taken back. "
            "Own transactions in them are sent again unchanged."
        )
