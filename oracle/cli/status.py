"""`riskmesh status`: how the daemon, the chain and the account are."""

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.printing import count, counted, facts, print_json, shown
from oracle.domain.reports import StatusReport

app = group(about="Health.")


@command(app, "status", example="riskmesh status --home /srv/bank-a", failure="The status is not known.")
async def status(session: Session) -> None:
    """How the daemon is, and what needs attention."""
    async with connect(session.settings().api.listen) as client:
        report = await client.status()
    if session.json:
        print_json(session.out, report)
    else:
        _print(session, report)


def _print(session: Session, report: StatusReport) -> None:
    chain = report.chain
    behind = max(0, chain.head_block - chain.cursor_block)
    seen = f"chain {chain.chain_id}, block {count(chain.head_block)}, " + (
        "up to date" if behind == 0 else f"{counted(behind, 'block')} behind"
    )
    member = f"number {report.member_id}, {report.member_status}" if report.member_id else "not registered"
    facts(
        session.out,
        ("Institution", shown(report.name, style="bold")),
        ("Member", member),
        ("Daemon", f"version {report.version}, up {_duration(report.uptime_s)}"),
        ("Chain", seen if chain.reachable else shown("not reachable", style="red")),
        ("Records", report.records),
        (
            "Published",
            f"snapshot {report.published_sequence}" if report.published_sequence else "nothing yet",
        ),
        ("Balance", f"{count(report.balance)} credits"),
        ("Asking", f"{count(report.open_queries)} open"),
        ("Answering", f"{count(report.open_answers)} open"),
    )
    for problem in report.problems:
        session.out.print(shown(f"! {problem}", style="yellow"))


def _duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return (
        f"{days} d {hours} h"
        if days
        else f"{hours} h {minutes} min"
        if hours
        else f"{minutes} min {seconds} s"
    )
