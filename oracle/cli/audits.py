"""`riskmesh auditors` and `audits`: who judges, and what is judged."""

from collections.abc import Sequence

from rich.console import Console

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.printing import Line, Sheet, counted, moment, print_json, shortened, shown
from oracle.domain.reports import AuditorLine, CaseLine, CaseReason, CaseStanding

app = group(about="Audits.")

NO_AUDITORS = (
    "There is no auditor, so nothing is drawn and no case decided. One makes its keys with "
    "`riskmesh auditor init`; members appoint it by vote: `riskmesh propose auditor`."
)
NO_AUDITS = (
    "There is no audit. Auditors open one of each batch that the draw of its epoch falls on, or for cause; "
    "anybody does with two signatures that contradict each other. Nor was a batch reported as unanchored."
)
_STYLES = {
    CaseStanding.OPEN: "bold yellow",
    CaseStanding.ANSWERED: "yellow",
    CaseStanding.UPHELD: "red",
    CaseStanding.DISMISSED: "green",
}


@command(app, "auditors", example="riskmesh auditors --json", failure="The auditors are not known.")
async def auditors(session: Session) -> None:
    """List the auditors in office; members appoint and dismiss them by vote."""
    async with connect(session.settings().api.listen) as client:
        listed = await client.auditors()
    if session.json:
        print_json(session.out, listed)
    else:
        print_auditors(session.out, listed)


@command(app, "audits", example="riskmesh audits", failure="The audits are not known.")
async def audits(session: Session) -> None:
    """List audits, proven contradictions and reports of unanchored batches, the newest first."""
    async with connect(session.settings().api.listen) as client:
        listed = [one for one in await client.cases() if one.reason is not CaseReason.DISPUTE]
    if session.json:
        print_json(session.out, listed)
    else:
        print_audits(session.out, listed)


def print_auditors(out: Console, listed: Sequence[AuditorLine]) -> None:
    sheet = Sheet("Account, appointed (UTC)", "Certificate", "Hash of its name")
    for one in listed:
        hashes = (shortened(one.tls_fingerprint), shortened(one.name_hash))
        sheet.row((shown(one.account, style="cyan"), moment(one.appointed_at)), *hashes)
    sheet.print(out, otherwise=NO_AUDITORS)


def print_audits(out: Console, listed: Sequence[CaseLine]) -> None:
    columns = ("Case", "Accused, reason", "Standing", "#Votes", "Next step by (UTC)")
    sheet = Sheet(*columns, wrapping=["Accused, reason"])
    for one in listed:
        found = (counted(one.found, "fault"),) if one.found else ()
        sheet.row(
            shortened(one.case_id),
            (named(one.accused, one.accused_name), one.reason.value.replace("_", " ")),
            (*standing_lines(one), *found),
            (f"{one.upheld_votes} uphold", f"{one.dismissed_votes} dismiss"),
            next_step(one),
        )
    sheet.print(out, otherwise=NO_AUDITS)
    print_to_do(out, listed)


def named(number: int, name: str) -> str:
    """A member by its number, and by its name where it is known."""
    return f"{number} {name}".rstrip()


def standing_lines(one: CaseLine) -> tuple[Line, ...]:
    """How it stands, what it came to, and whether a vote has brought that about."""
    came_to = (one.standing,) if one.outcome is None else (one.standing, one.outcome)
    lines = [shown(part.value, style=_STYLES.get(part, "")) for part in came_to]
    return (*lines, "by appeal") if one.overturned else tuple(lines)


def standing(one: CaseLine) -> str:
    said = one.standing.value if one.outcome is None else f"{one.standing.value}: {one.outcome.value}"
    return f"{said} by appeal" if one.overturned else said


def next_step(one: CaseLine) -> tuple[str, str] | None:
    """When what can happen next has to have happened."""
    if one.standing is CaseStanding.OPEN:
        return moment(one.answer_by), "answer"
    if one.standing is CaseStanding.ANSWERED:
        return moment(one.decide_by), "ruling"
    return None if one.appeal_by is None else (moment(one.appeal_by), "appeal")


def print_to_do(out: Console, listed: Sequence[CaseLine]) -> None:
    """What this institution has to do, case by case, so that nobody overlooks it."""
    for one in listed:
        if one.to_do:
            out.print(shown(f"{shortened(one.case_id)}: {one.to_do}", style="bold red"))
