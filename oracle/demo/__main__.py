"""`python -m oracle.demo`: plays the story, prints it, writes `build/demo.json`, stops what it started."""

import asyncio
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from oracle.demo.outcome import Outcome
from oracle.demo.processes import processes
from oracle.demo.scenario import Story
from oracle.demo.telling import Telling
from oracle.domain.errors import RiskmeshError

OUTPUT = Path("build/demo.json")
WORK = Path("build/demo")
EXAMPLE = "azukishop.live"
"""On the published list of phishing domains."""
WIDTH = 110
"""The table needs so many columns; where output is no terminal, 80 would be assumed."""


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running and say how to ask by hand.")
    ] = False,
    rpc: Annotated[str | None, typer.Option(help="Use this chain instead of starting Anvil.")] = None,
) -> None:
    """Play the whole path once on this machine: found, vote, import, ask, prove, pay, rate.

    Example: python -m oracle.demo --keep
    """
    console = Console()
    console.width = max(console.width, WIDTH)
    try:
        outcome = asyncio.run(_play(console, _empty_folder(), keep=keep, rpc=rpc))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("\nStopped; everything that was started is stopped.")
        sys.exit(130)
    except RiskmeshError as error:
        console.print(f"\n[bold red]The demonstration failed.[/] {error}")
        sys.exit(1)
    sys.exit(0 if outcome.as_it_should_be else 1)


def _empty_folder() -> Path:
    work = WORK.absolute()
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)
    return work


async def _play(console: Console, work: Path, *, keep: bool, rpc: str | None) -> Outcome:
    telling = Telling(console)
    _stop_on_sigterm()
    async with processes(work / "logs") as running:
        story = Story(running, telling, work, rpc=rpc)
        outcome = await story.play()
        outcome.write(OUTPUT)
        telling.result(outcome)
        console.print(f"\nThe same as values: {OUTPUT} ({outcome.seconds:.0f} s).")
        if keep and story.joiner is not None:
            _explain(console, story.joiner.home)
            await _until_interrupted()
    return outcome


def _stop_on_sigterm() -> None:
    """As Ctrl-C does: what was started is stopped, too, when somebody ends this process."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _explain(console: Console, home: Path) -> None:
    console.print(
        "\nIt is still running. In another terminal, ask by hand:\n\n"
        f"  .venv/bin/riskmesh query domain {EXAMPLE} --home {home}\n"
        f"  .venv/bin/riskmesh members --home {home}\n"
        f"  .venv/bin/riskmesh credits --home {home}\n\n"
        "Ctrl-C here stops everything.",
        highlight=False,
    )


async def _until_interrupted() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


if __name__ == "__main__":
    typer.run(demo)
