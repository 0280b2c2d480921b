"""Plays the story from an empty folder to its result, and stops everything that it started."""

import asyncio
import shutil
import signal
from pathlib import Path

from rich.console import Console

from oracle.demo.outcome import Outcome
from oracle.demo.processes import processes
from oracle.demo.scenario import Story
from oracle.demo.telling import Telling

OUTPUT = Path("build/demo.json")
WORK = Path("build/demo")
EXAMPLE = "azukishop.live"
"""On the published list of phishing domains."""
WIDTH = 110
"""The table needs so many columns; where output is no terminal, 80 would be assumed."""


def wide_console() -> Console:
    console = Console()
    console.width = max(console.width, WIDTH)
    return console


async def play(console: Console, *, keep: bool, rpc: str | None) -> Outcome:
    """Raises what goes wrong. `rpc`: this chain instead of Anvil."""
    work = _empty_folder()
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


def _empty_folder() -> Path:
    work = WORK.absolute()
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)
    return work


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
