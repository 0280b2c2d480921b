"""`riskmesh records`: the institution's own dataset."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from oracle.api.client import connect
from oracle.cli.command import Session, command, group
from oracle.cli.errors import UsageWrong
from oracle.cli.printing import Sheet, count, counted, facts, percent, print_json, shortened
from oracle.cli.subject_files import subjects_given
from oracle.dataset.copying import copy_dataset
from oracle.dataset.glance import verify
from oracle.domain.reports import DatasetStats, PublishedSnapshot, RecordPage

app = group(about="The institution's own records: import, list, remove, publish.")


@command(
    app,
    "list",
    example="riskmesh records list --limit 50",
    failure="The records were not listed.",
)
async def list_records(
    session: Session,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on after a previous listing.")] = None,
) -> None:
    """List own records, with their subjects in clear."""
    async with connect(session.settings().api.listen) as client:
        page = await client.records(limit=limit, after=after)
    if session.json:
        print_json(session.out, page)
    else:
        _print_page(session, page)


@command(
    app,
    "remove",
    example="riskmesh records remove phone +46701234567 --yes",
    failure="The records were not removed.",
)
async def remove_records(
    session: Session,
    *,
    kind: Annotated[str | None, typer.Argument(metavar="TYPE", help="phone, domain, …")] = None,
    values: Annotated[list[str] | None, typer.Argument(metavar="VALUE")] = None,
    file: Annotated[Path | None, typer.Option(help="As for query; - is standard input.")] = None,
    file_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Each line of the file is one value of TYPE.")
    ] = None,
    refuted: Annotated[
        bool, typer.Option("--refuted", help="They were wrong: whoever claimed one is told so.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove records, salts and all, from the next snapshot on, and recall those that were disclosed."""
    subjects = subjects_given(kind, values, file, file_type)
    if not yes:
        _confirm(f"Remove the records of {counted(len(subjects), 'subject')}?")
    async with connect(session.settings().api.listen) as client:
        summary = await client.remove_records(subjects, refuted=refuted)
    if session.json:
        print_json(session.out, summary)
        return
    for refusal in summary.refused:
        session.note(f"Subject {refusal.index + 1} was not looked up: {refusal.reason}")
    session.say(f"{count(summary.removed)} removed, {count(summary.not_held)} not held.")
    if summary.recalled:
        session.say(f"Who claimed them is told: {counted(summary.recalled, 'claim')}. See riskmesh recalls.")


@command(
    app, "stats", example="riskmesh records stats --json", failure="The dataset's figures are not known."
)
async def stats(session: Session) -> None:
    """Figures of the dataset and its published snapshot."""
    async with connect(session.settings().api.listen) as client:
        figures = await client.dataset_stats()
    if session.json:
        print_json(session.out, figures)
    else:
        _print_stats(session, figures)


@command(app, "publish", example="riskmesh records publish", failure="The snapshot was not published.")
async def publish(session: Session) -> None:
    """Publish the snapshot now instead of waiting for the interval."""
    async with connect(session.settings().api.listen) as client:
        snapshot = await client.publish_snapshot()
    if session.json:
        print_json(session.out, snapshot)
    else:
        session.say(f"Published: {_snapshot(snapshot)}.")


@command(
    app,
    "copy",
    example="riskmesh records copy /mnt/transfer/dataset",
    failure="The dataset was not copied.",
)
async def copy_records(
    session: Session, *, folder: Annotated[Path, typer.Argument(help="Is made; it must not exist.")]
) -> None:
    """Copy the dataset, as of one moment, for another daemon of this institution.

    The daemon here may be running. There, stop the daemon, put the copy in the place of its dataset folder,
    and start it again. The copy says who is listed: move it as you would the keys.
    """
    if folder.exists():
        raise UsageWrong(f"{folder} exists already; name a folder that does not.")
    copied = await asyncio.to_thread(copy_dataset, session.settings().dataset.folder, folder)
    if copied is None:
        raise UsageWrong("There is no dataset yet: import records first.")
    if session.json:
        print_json(session.out, {"version": 1, "file": str(copied.absolute())})
        return
    session.say(f"{copied} has the dataset.")


@command(app, "verify", example="riskmesh records verify --all", failure="The dataset was not verified.")
async def verify_records(
    session: Session,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every kept snapshot, not the newest alone.")] = False,
) -> None:
    """Read the dataset in full and say whether its entries still lead to the roots that were committed.

    Works with the daemon running or not, without any key, and changes nothing.
    """
    folder = session.settings().dataset.folder
    rows = await asyncio.to_thread(verify, folder, every=every)
    if session.json:
        snapshots = [{"sequence": row.sequence, "root": "0x" + row.root.hex()} for row in rows]
        print_json(session.out, {"version": 1, "verified": snapshots})
        return
    for row in rows:
        session.say(f"Snapshot {row.sequence}: {counted(row.records, 'record')} lead to its root.")
    if not rows:
        session.say("There is no snapshot yet.")


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise UsageWrong("Nobody can be asked whether this is meant. Give --yes.")
    if not typer.confirm(question, err=True):
        raise UsageWrong(
            "It was not confirmed; nothing is changed. Run it again and answer y, or give --yes."
        )


def _print_page(session: Session, page: RecordPage) -> None:
    sheet = Sheet("Type", "Value", "Category", "#Severity", "Last seen", "#Confidence", "Reference")
    for record in page.records:
        for item in record.items:
            sheet.row(
                record.type,
                record.value,
                item.category,
                item.severity,
                item.last_seen.isoformat(),
                percent(item.confidence_bps),
                item.holder_reference,
            )
    sheet.print(session.out)
    if page.next is not None:
        session.note(f"There are more. Go on with: --after {page.next}")


def _print_stats(session: Session, figures: DatasetStats) -> None:
    facts(
        session.out,
        ("Records", figures.records),
        ("Not yet published", figures.unpublished_changes),
        ("Published", _snapshot(figures.snapshot) if figures.snapshot is not None else "nothing yet"),
    )
    for title, numbers in (("Type", figures.by_type), ("Category", figures.by_category)):
        sheet = Sheet(title, "#Records" if title == "Type" else "#Items")
        for name, number in sorted(numbers.items()):
            sheet.row(name, number)
        if not sheet.empty:
            sheet.print(session.out)


def _snapshot(snapshot: PublishedSnapshot) -> str:
    return (
        f"snapshot {snapshot.sequence} in block {count(snapshot.block)}, "
        f"{counted(2**snapshot.bits, 'bucket')}, root {shortened(snapshot.root)}"
    )
