"""`riskmesh store`: the journal's size, and what may be forgotten."""

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.printing import facts, print_json, size
from oracle.domain.reports import CompactionReport

app = group(about="The store: journal and state.")


@command(app, "compact", example="riskmesh store compact", failure="The store was not compacted.")
async def compact(session: Session) -> None:
    """Forget what nobody can ask about any more, and give the space back.

    The daemon does so every ten minutes.
    Openings and replies go when no audit reaches them, answers when no claim or dispute does. Sums stay.
    """
    async with connect(session.settings().api.listen) as client:
        report = await client.compact()
    if session.json:
        print_json(session.out, report)
    else:
        _print(session, report)


def _print(session: Session, report: CompactionReport) -> None:
    facts(
        session.out,
        ("Own batches", report.batches),
        ("Answered batches", report.answers),
        ("Transactions", report.transactions),
        ("Commitments", report.commitments),
        ("On disk", f"{size(report.bytes_after)}, before: {size(report.bytes_before)}"),
    )
