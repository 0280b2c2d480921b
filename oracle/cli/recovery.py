"""`riskmesh backup` and `riskmesh restore`: a member's whole state to one encrypted file and back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from oracle.cli.command import Session, command, group
from oracle.cli.passphrases import archive_passphrase, known_passphrase
from oracle.cli.printing import count, counted, facts, moment, print_json, shown
from oracle.config.environment import read_environment
from oracle.crypto.key_files import KeyName, key_path
from oracle.crypto.keystore import read_secret

if TYPE_CHECKING:
    from oracle.wiring.recovery.restoring import Restored

app = group(about="Recover.")
_OWN_PASSPHRASE = typer.Option(
    help="Holds another pass phrase for the backup (mode 0600); without it the keys' own is taken."
)


@command(
    app,
    "backup",
    example="riskmesh backup /mnt/backups/bank-a-2026-01-31.rmb --home /srv/bank-a",
    failure="No backup was made.",
)
def backup(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(help="The backup; it must not exist.")],
    passphrase_file: Annotated[Path | None, _OWN_PASSPHRASE] = None,
) -> None:
    """Write store, dataset, keys, configuration and deployment record into one encrypted file.

    The daemon may be running. The backup opens with the pass phrase of the keys, which is not in it.
    """
    settings = session.settings()
    from oracle.wiring.recovery.backing_up import back_up  # noqa: PLC0415 - slow to load, other commands need none

    environment = read_environment()
    if passphrase_file is None:
        passphrase = known_passphrase(environment, settings.keys)
        # A mistyped one would make a backup that nobody opens again.
        read_secret(key_path(settings.keys.folder, KeyName.STORAGE), passphrase.text)
    else:
        passphrase = archive_passphrase(passphrase_file)
    with _watched(session, "backing up") as told:
        manifest = back_up(settings, session.configuration_path(), file, passphrase.text, told)
    if session.json:
        print_json(session.out, {"file": str(file.absolute()), "manifest": manifest})
        return
    session.say(f"{file} holds {counted(len(manifest.entries), 'file')} of {manifest.member}.")


@command(
    app,
    "restore",
    example="riskmesh restore /mnt/backups/bank-a-2026-01-31.rmb --home /srv/bank-a",
    failure="Nothing was restored.",
)
def restore(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(help="What `riskmesh backup` wrote.")],
    member: Annotated[
        str | None, typer.Option(help="Refuse a backup of another institution than this.")
    ] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(help="Holds the pass phrase of the backup (mode 0600).")
    ] = None,
) -> None:
    """Bring a backup back into a folder that is empty or does not exist, wholly or not at all.

    Make sure that no other daemon of this institution runs, or ever runs again from the old folder. The
    restored daemon asks the other members and the chain what happened since.
    """
    from oracle.wiring.recovery.restoring import restore as bring_back  # noqa: PLC0415 - as above

    home = session.configuration_path().absolute().parent
    passphrase = archive_passphrase(passphrase_file)
    with _watched(session, "restoring") as told:
        restored = bring_back(file, home, passphrase.text, member=member, told=told)
    _report(session, home, restored)


def _report(session: Session, home: Path, restored: "Restored") -> None:
    manifest = restored.manifest
    if session.json:
        print_json(
            session.out,
            {
                "home": str(home),
                "manifest": manifest,
                "elsewhere": restored.elsewhere,
                "store_waits": restored.store_waits,
            },
        )
        return
    facts(
        session.out,
        ("Institution", shown(manifest.member, style="bold")),
        ("Operator", manifest.operator),
        ("Backed up", f"{moment(manifest.created_at)} UTC, by version {manifest.made_by}"),
        ("Restored", f"{counted(len(manifest.entries), 'file')}, {count(manifest.size)} bytes, in {home}"),
    )
    for line in restored.elsewhere:
        session.out.print(shown(f"! {line}", style="yellow"))
    if restored.store_waits:
        session.out.print(
            shown(
                "! The daemon brings the store into the database of [store] url when it starts. That one has "
                "to be empty: name a new one if the old one is there.",
                style="yellow",
            )
        )
    session.note(
        "Now run `riskmesh daemon run`. It reads what the chain has since the backup, asks the other members "
        "for its newest vouchers, and `riskmesh status` says what was lost."
    )


@contextmanager
def _watched(session: Session, what: str) -> Iterator[Callable[[int, int], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=session.err, transient=True, disable=not session.watched) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
