"""`riskmesh params`: what the consortium has agreed on."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, print_json, shortened, shown
from oracle.domain.reports import ParameterLine

app = group(about="What is agreed.")
_HASH = "hash"
_KEEP = 12


@command(
    app,
    "params",
    example="riskmesh params\nriskmesh params hit_fee --json",
    failure="The parameters are not known.",
)
async def params(
    session: Session, name: Annotated[str | None, typer.Argument(help="Only this one.")] = None
) -> None:
    """List every governed number: value, bounds, what it is for, and a change that is still to come."""
    async with connect(session.settings().api.listen) as client:
        listed = await client.parameters()
    chosen = tuple(line for line in listed if name in {None, line.name})
    if not chosen:
        raise UsageWrong(f"There is no parameter '{name}'. 'riskmesh params' lists them.")
    if session.json:
        print_json(session.out, chosen)
        return
    print_parameters(session.out, chosen)
    session.note("Propose another value with: riskmesh propose parameter NAME VALUE")


def print_parameters(out: Console, chosen: Sequence[ParameterLine]) -> None:
    name = "Name, what it is for"
    sheet = Sheet(name, "#Value", "Unit", "#Least", "#Most", wrapping=[name])
    for line in chosen:
        coming = (
            line.pending and f"{_figure(line.pending.value, line)} from epoch {line.pending.from_epoch} on"
        )
        sheet.row(
            (
                shown(line.name, style="bold"),
                shown(line.purpose, style="dim"),
                *((shown(coming, style="bold yellow"),) if coming else ()),
            ),
            _figure(line.value, line),
            line.unit,
            _figure(line.least, line),
            _figure(line.most, line),
        )
    sheet.print(out)
    for line in chosen:
        if line.warning:
            out.print(shown(f"WARNING ({line.name}): {line.warning}", style="bold yellow"))


def _figure(value: str, line: ParameterLine) -> str:
    number = int(value)
    if line.unit == _HASH:
        return shortened(f"0x{number:064x}", keep=_KEEP) if value == line.value else ""
    power = number.bit_length() - 1
    # Bounds like 2^64 are clearer so than in twenty digits.
    return f"2^{power}" if power >= 32 and number == 1 << power else f"{number:,}"  # noqa: PLR2004 - as said
