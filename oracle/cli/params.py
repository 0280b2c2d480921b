"""`riskmesh params`: what the consortium has agreed on."""

from typing import Annotated

import typer

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
    sheet = Sheet("Name", "#Value", "#Least", "#Most", "Unit", "What it is for", "To come")
    for line in chosen:
        sheet.row(
            shown(line.name, style="bold"),
            _figure(line.value, line),
            _figure(line.least, line),
            _figure(line.most, line),
            line.unit,
            line.purpose,
            f"{line.pending.value} from epoch {line.pending.from_epoch}" if line.pending else None,
        )
    sheet.print(session.out)
    for line in chosen:
        if line.warning:
            session.out.print(shown(f"WARNING ({line.name}): {line.warning}", style="bold yellow"))
    session.note("Propose another value with: riskmesh propose parameter NAME VALUE")


def _figure(value: str, line: ParameterLine) -> str:
    number = int(value)
    if line.unit == _HASH:
        return shortened(f"0x{number:064x}", keep=_KEEP) if value == line.value else ""
    power = number.bit_length() - 1
    # Bounds like 2^64 are clearer so than in twenty digits.
    return f"2^{power}" if power >= 32 and number == 1 << power else f"{number:,}"  # noqa: PLR2004 - as said
