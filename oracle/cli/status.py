"""`riskmesh status`: how the daemon, the chain and the account are, and what waits for what."""

import time

from rich.text import Text

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.printing import Cell, Sheet, count, counted, facts, moment, print_json, shortened, shown
from oracle.domain.reports import (
    ChainStatus,
    EndpointReport,
    EndpointState,
    Readiness,
    StatusReport,
    WaitingLine,
    WaitingReport,
)

app = group(about="Health.")
LINES = 20
"""Of what is in flight; --json has all that the daemon lists."""


@command(app, "status", example="riskmesh status --home /srv/bank-a", failure="The status is not known.")
async def status(session: Session) -> None:
    """How the daemon is, what needs attention, and what is in flight and why it waits."""
    async with connect(session.settings().api.listen) as client:
        report, ready, waiting = await client.status(), await client.readiness(), await client.waiting()
    if session.json:
        document = {name: getattr(report, name) for name in report.__dataclass_fields__}
        print_json(session.out, document | {"not_ready": ready.reasons, "waiting": waiting})
        return
    _print(session, report, ready)
    _print_waiting(session, waiting)
    for problem in report.problems:
        session.out.print(shown(f"! {problem}", style="yellow"))


def _print(session: Session, report: StatusReport, ready: Readiness) -> None:
    member = f"number {report.member_id}, {report.member_status}" if report.member_id else "not registered"
    lane = report.lane
    rows: list[tuple[str, Cell]] = [
        ("Institution", shown(report.name, style="bold")),
        ("Member", member),
        ("Daemon", f"version {report.version}, up {_duration(report.uptime_s)}"),
        ("Ready", "yes" if ready.ready else shown("no: " + " ".join(ready.reasons), style="red")),
        ("Chain", _seen(report.chain)),
        *(("Node", _node(node)) for node in report.chain.endpoints),
        ("Records", report.records),
        (
            "Published",
            f"snapshot {report.published_sequence}" if report.published_sequence else "nothing yet",
        ),
        ("Balance", f"{count(report.balance)} credits"),
        ("Asking", f"{count(report.open_queries)} open"),
        ("Answering", f"{count(report.open_answers)} open"),
    ]
    if lane is not None:
        rows.append(("Transactions", f"{count(lane.queued)} queued, {count(lane.sent)} sent"))
    failing = [f"{each.name} ({each.last_failure})" for each in report.rounds if each.last_failure]
    if report.rounds:
        rows.append(("Rounds", "all well" if not failing else shown(", ".join(failing), style="yellow")))
    if report.lease is not None:
        rows.append(("Leads", "this daemon" if report.lease.here else report.lease.holder or "nobody now"))
    facts(session.out, *rows)


def _seen(chain: ChainStatus) -> Text | str:
    if not chain.reachable:
        return shown("not reachable", style="red")
    behind = max(0, chain.head_block - chain.cursor_block)
    return f"chain {chain.chain_id}, block {count(chain.head_block)}, " + (
        "up to date" if behind == 0 else f"{counted(behind, 'block')} behind"
    )


def _node(node: EndpointReport) -> str:
    parts = [node.name, node.state.value.replace("_", " ")]
    if node.state is EndpointState.USABLE and node.latency_ms is not None:
        parts.append(f"{node.latency_ms} ms")
    if node.behind_blocks:
        parts.append(f"{counted(node.behind_blocks, 'block')} behind")
    if node.in_use and node.state is EndpointState.USABLE:
        parts.append("in use")
    return ", ".join(parts)


def _print_waiting(session: Session, waiting: WaitingReport) -> None:
    if not waiting.lines:
        return
    sheet = Sheet("Waits", "For", "Batch or intent", "Since", "Deadline", "Why", title="In flight")
    for line in waiting.lines[:LINES]:
        sheet.row(
            line.kind,
            _whom(line),
            shortened(line.reference, keep=12),
            None if line.since is None else _duration(max(0, int(time.time()) - line.since)),
            None if line.deadline is None else moment(line.deadline)[11:],
            line.why,
        )
    sheet.print(session.out)
    if waiting.total > LINES:
        session.note(f"{count(waiting.total - LINES)} more; --json lists up to {len(waiting.lines)}.")


def _whom(line: WaitingLine) -> str:
    if line.member is None:
        return "the chain"
    return f"{line.name} ({line.member})" if line.name else f"member {line.member}"


def _duration(seconds: int) -> str:
    """The two greatest units that are not zero."""
    sizes = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    parts: list[str] = []
    for size, unit in sizes:
        number, seconds = divmod(seconds, size)
        if number or parts:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2]) or "0 s"
