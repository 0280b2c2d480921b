"""One proposal for whoever has to vote on it: what it calls, in words, and what that would do now."""

from rich.console import Console

from oracle.cli.printing import Sheet, shown
from oracle.domain.reports import CallLine, ProposalDetails, ProposalLine, Rehearsal

_LOUD = "bold white on red"
_TELLING = "bold yellow"


def print_temptations(out: Console, line: ProposalLine) -> None:
    """Whoever proposes or votes is told, and may go on."""
    if line.temptations:
        out.print()
        said = "WARNING: once this is carried out, honesty is not the better choice."
        out.print(shown(said, style=_LOUD))
    for one in line.temptations:
        out.print(shown(one.words, style=_TELLING))
        out.print(shown(f"→ {one.remedy}", style="bold"))


def print_details(out: Console, details: ProposalDetails) -> None:
    """After the proposal's own lines."""
    out.print()
    out.print(shown("What it would do", style="bold"))
    for number, call in enumerate(details.calls, start=1):
        _call(out, number, call)
    if details.rehearsal is not None:
        out.print()
        _rehearsal(out, details.rehearsal)


def _call(out: Console, number: int, call: CallLine) -> None:
    out.print(shown(f"  {number}. {call.words}"))
    if call.function:
        out.print(shown(f"     {call.contract}.{call.function}", style="dim"))
    for argument in call.arguments:
        out.print(shown(f"       {argument.name} = {argument.value}", style="dim"))
    if call.warning:
        out.print(shown(f"     WARNING: {call.warning}", style=_LOUD))


def _rehearsal(out: Console, rehearsal: Rehearsal) -> None:
    how = "one after the other" if rehearsal.in_sequence else "each alone"
    out.print(shown(f"Tried on a copy of the state of block {rehearsal.block}, {how}", style="bold"))
    for number, outcome in enumerate(rehearsal.outcomes, start=1):
        if outcome.succeeds is None:
            out.print(shown(f"  {number}. cannot be tried: {outcome.reason}", style="yellow"))
        elif outcome.succeeds:
            out.print(shown(f"  {number}. would be carried out", style="green"))
        else:
            out.print(shown(f"  {number}. WOULD BE REFUSED: {outcome.reason}", style="bold red"))
    if any(outcome.succeeds is False for outcome in rehearsal.outcomes):
        out.print(shown("  The whole proposal fails when one of its calls is refused.", style="bold red"))
    if rehearsal.changes:
        sheet = Sheet("What changes", "Before", "After")
        for change in rehearsal.changes:
            same = change.before == change.after
            sheet.row(change.what, change.before, shown(change.after, style="dim" if same else "bold yellow"))
        sheet.print(out)
    if rehearsal.remark:
        out.print(shown(rehearsal.remark, style="dim"))
