"""Declares a command: its example, the options that all commands share, and how it fails."""

import asyncio
import inspect
import logging
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from oracle.cli.errors import CommandFailed
from oracle.cli.printing import shown
from oracle.config.environment import CONFIGURATION_NAME, read_environment
from oracle.config.loading import load_settings
from oracle.config.settings import Settings
from oracle.domain.errors import RiskmeshError
from oracle.telemetry.logs import configure

PLAIN_WIDTH = 100
"""Columns when nobody watches: a terminal tells its own width, a pipe cannot."""
F = TypeVar("F", bound=Callable[..., Coroutine[Any, Any, None] | None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What one run of a command was given besides its own arguments."""

    home: Path | None
    configuration: Path | None
    json: bool
    quiet: bool
    out: Console
    """For results, standard output."""
    err: Console
    """For progress, notes and errors, standard error."""

    def configuration_path(self) -> Path:
        """Chosen by option, environment or default."""
        chosen = self.configuration
        if chosen is None and self.home is not None:
            chosen = self.home / CONFIGURATION_NAME
        return read_environment().locate(chosen)

    def settings(self) -> Settings:
        """The configuration at that path."""
        return load_settings(self.configuration_path())

    @property
    def watched(self) -> bool:
        """Somebody sees progress: a terminal, and neither --quiet nor --json."""
        return self.err.is_terminal and not self.quiet and not self.json

    def note(self, text: str) -> None:
        """A remark that is not a result; --quiet and --json leave it out."""
        if not self.quiet and not self.json:
            self.err.print(shown(text, style="dim"))

    def say(self, text: str) -> None:
        """A result in one sentence."""
        self.out.print(shown(text))


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or of a fixed width where there is none."""
    made = Console(stderr=stderr, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = PLAIN_WIDTH
    return made


_COMMON = (
    (
        "home",
        Annotated[
            Path | None,
            typer.Option(help="Folder of the institution [RISKMESH_HOME].", rich_help_panel="Common"),
        ],
        None,
    ),
    (
        "config",
        Annotated[
            Path | None,
            typer.Option(help="Configuration file [RISKMESH_CONFIG].", rich_help_panel="Common"),
        ],
        None,
    ),
    (
        "as_json",
        Annotated[bool, typer.Option("--json", help="Results as JSON.", rich_help_panel="Common")],
        False,
    ),
    (
        "quiet",
        Annotated[
            bool, typer.Option("--quiet", "-q", help="No progress, no notes.", rich_help_panel="Common")
        ],
        False,
    ),
)


def command(app: typer.Typer, name: str, *, example: str, failure: str) -> Callable[[F], F]:
    """Add a function `(session, own arguments)` to `app`, with the common options after its own.

    `example` may have several lines; `failure` opens every error, e.g. "The query was not asked."
    """

    def add(function: F) -> F:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        common = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
            for key, kind, default in _COMMON
        ]

        @wraps(function)
        def invoke(**values: Any) -> None:
            session = Session(
                home=values.pop("home"),
                configuration=values.pop("config"),
                json=values.pop("as_json"),
                quiet=values.pop("quiet"),
                out=console(),
                err=console(stderr=True),
            )
            # What the rooms log goes to people, redacted, and never between a command's results.
            configure(level=logging.WARNING, as_json=False, stream=sys.stderr)
            try:
                running = function(session, **values)
                if running is not None:
                    asyncio.run(running)
            except RiskmeshError as error:
                raise CommandFailed(failure, error) from error

        parameters = [*own, *common]
        # typer reads the command's options from here.
        invoke.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # any callable may carry it
        invoke.__annotations__ = {one.name: one.annotation for one in parameters}
        shown = "\n\n".join(f"[bold]{line}[/bold]" for line in example.splitlines())
        app.command(name, epilog=f"Example:\n\n{shown}", no_args_is_help=False)(invoke)
        return function

    return add


def group(*, about: str) -> typer.Typer:
    """A group of commands that shows its help when called alone."""
    return typer.Typer(
        help=about, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False
    )
