"""`riskmesh demo`: plays the demonstration, on a chain of its own or on one that runs."""

from typing import Annotated

import typer

from oracle.cli.command import Session, command, group
from oracle.cli.errors import DemonstrationWrong
from oracle.demo.playing import play, wide_console

app = group(about="The demonstration.")


@command(
    app,
    "demo",
    example="riskmesh demo --rpc http://127.0.0.1:8545",
    failure="The demonstration failed; what it started is stopped.",
)
async def demo(
    session: Session,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running and say how to ask by hand.")
    ] = False,
    rpc: Annotated[str | None, typer.Option(help="Use this chain instead of starting Anvil.")] = None,
) -> None:
    """Four institutions on this machine, in a checkout: found, vote, import, ask, prove, pay, rate."""
    session.note("Takes three minutes; writes build/demo.json")
    outcome = await play(wide_console(), keep=keep, rpc=rpc)
    if not outcome.as_it_should_be:
        raise DemonstrationWrong(
            "An answer, a vote or an account is not what it should be; see the table above"
        )
