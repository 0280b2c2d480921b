"""`python -m oracle.demo`: plays the story, prints it, writes `build/demo.json`, stops what it started."""

import asyncio
import sys
from typing import Annotated

import typer

from oracle.demo.playing import play, wide_console
from oracle.domain.errors import RiskmeshError


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running and say how to ask by hand.")
    ] = False,
    rpc: Annotated[str | None, typer.Option(help="Use this chain instead of starting Anvil.")] = None,
) -> None:
    """Play the whole path once on this machine: found, vote, import, ask, prove, pay, rate.

    Example: python -m oracle.demo --keep
    """
    console = wide_console()
    try:
        outcome = asyncio.run(play(console, keep=keep, rpc=rpc))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("\nStopped; everything that was started is stopped.")
        sys.exit(130)
    except RiskmeshError as error:
        console.print(f"\n[bold red]The demonstration failed.[/] {error}")
        sys.exit(1)
    sys.exit(0 if outcome.as_it_should_be else 1)


if __name__ == "__main__":
    typer.run(demo)
