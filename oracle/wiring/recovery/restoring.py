"""Brings a backup back into an empty folder: wholly, checked to the last byte, or not at all."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from oracle.config.loading import load_settings
from oracle.config.settings import Settings
from oracle.crypto.archive import ArchiveReader
from oracle.crypto.errors import ArchiveDamaged, ArchiveForeign
from oracle.domain.errors import Misconfigured
from oracle.store.copying import schema_known, sqlite_file
from oracle.wiring.recovery.backing_up import LENGTH, Progress, operator_of
from oracle.wiring.recovery.manifest import (
    CONFIGURATION_NAME,
    DATASET_NAME,
    DEPLOYMENT_NAME,
    KEYS_NAME,
    MAX_MANIFEST,
    STORE_NAME,
    Entry,
    Manifest,
    decode_manifest,
)
from oracle.wiring.restore_notice import leave_notice

WAITING_STORE = "data/restored.db"
_PIECE = 1 << 20


class HomeNotEmpty(Misconfigured):
    """A restore never mixes with what is there."""

    code: ClassVar[str] = "home_not_empty"


class BackupOfAnother(Misconfigured):
    """The backup is not that of the institution that was named."""

    code: ClassVar[str] = "backup_of_another"


class NotRestored(Misconfigured):
    """The file cannot be read, or the folder cannot be written."""

    code: ClassVar[str] = "backup_not_restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was brought back, and what its configuration looks for elsewhere."""

    manifest: Manifest
    elsewhere: tuple[str, ...]
    """One sentence for each place outside the home folder that the configuration names and that is empty."""
    store_waits: bool
    """The daemon brings the store into its database when it starts."""


def restore(file: Path, home: Path, passphrase: str, *, member: str | None, told: Progress) -> Restored:
    """Bring the backup back as `home`, which must not exist or be empty; `member` is who it must be of.

    Everything is written beside it and checked; the last step gives it its name.
    """
    home = home.absolute()
    _refuse_taken(home)
    try:
        with _opened(file) as source, _draft_folder(home) as draft:
            archive = ArchiveReader(source, passphrase)
            manifest = _manifest(archive)
            _refuse_other(manifest, member)
            _extract(archive, manifest, draft, told)
            elsewhere = _arrange(draft, home)
            waiting = _waiting_store(draft)
            leave_notice(draft, manifest.created_at, waiting)
            _sync_folders(draft)
            # Over an empty folder a rename succeeds; over anything else it fails.
            draft.rename(home)
            _sync(home.parent)
    except OSError as error:
        raise NotRestored(
            f"The backup cannot be restored to {home} ({error.strerror}). Check the folder above it, its "
            "permissions and its free space."
        ) from error
    return Restored(manifest=manifest, elsewhere=elsewhere, store_waits=bool(waiting))


def _refuse_taken(home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise HomeNotEmpty(
            f"{home} holds something already, and a restore overwrites nothing. Choose another --home, or "
            "move what is there away; keep it until the restored daemon has been at work for a while."
        )


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise NotRestored(f"Cannot read the backup {file} ({error.strerror}).") from error
    with source:
        yield source


def _manifest(archive: ArchiveReader) -> Manifest:
    (length,) = LENGTH.unpack(archive.read_exactly(LENGTH.size))
    if length > MAX_MANIFEST:
        raise ArchiveDamaged("The backup's list of files is longer than any; take another copy of it.")
    return decode_manifest(archive.read_exactly(length))


def _refuse_other(manifest: Manifest, member: str | None) -> None:
    if member is not None and member != manifest.member:
        raise BackupOfAnother(
            f"This is a backup of '{manifest.member}' (operator {manifest.operator}), not of '{member}'. "
            "Name the right file, or leave out --member."
        )
    if not schema_known(manifest.schema):
        raise ArchiveForeign(
            f"The backup's store has schema step {manifest.schema}, which this version does not know. "
            f"Restore it with Riskmesh {manifest.made_by} or newer."
        )


@contextmanager
def _draft_folder(home: Path) -> Iterator[Path]:
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = home.parent / f".{home.name}.{secrets.token_hex(8)}"
    draft.mkdir(mode=0o700)
    try:
        yield draft
    finally:
        if draft.exists():
            shutil.rmtree(draft)


def _extract(archive: ArchiveReader, manifest: Manifest, draft: Path, told: Progress) -> None:
    done = 0
    for entry in manifest.entries:
        path = draft / entry.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for size in _write(archive, entry, path):
            done += size
            told(done, manifest.size)
    archive.require_end()
    if operator_of(draft / KEYS_NAME) != manifest.operator:
        raise ArchiveDamaged("The backup's keys are not those of the member that it names.")


def _write(archive: ArchiveReader, entry: Entry, path: Path) -> Iterator[int]:
    """Yields the size of each piece that is written."""
    digest, left = hashlib.sha256(), entry.size
    with path.open("xb") as file:
        path.chmod(0o600)
        while left:
            piece = archive.read_exactly(min(_PIECE, left))
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
            yield len(piece)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != entry.sha256:
        raise ArchiveDamaged(
            f"{entry.name} in the backup is not what its list says; take another copy of it."
        )


def _arrange(draft: Path, home: Path) -> tuple[str, ...]:
    """Move each part to where the restored configuration looks for it, where that is inside the home."""
    configured = load_settings(draft / CONFIGURATION_NAME)
    elsewhere = []
    for setting, name, configured_place in _places(configured):
        here, place = draft / name, configured_place
        if not here.exists():
            continue
        if place.is_relative_to(home):
            place = draft / place.relative_to(home)
        if place.is_relative_to(draft):
            if place != here:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                here.rename(place)
        elif not place.exists():
            elsewhere.append(
                f"{setting} is {place}, where nothing is: move {home / name} there, or change it."
            )
    opener = configured.keys.passphrase_file
    if opener is not None and not opener.exists():
        elsewhere.append(
            f"keys.passphrase_file is {opener}, which no backup holds: write it again (mode 0600)."
        )
    (draft / "run").mkdir(mode=0o700, exist_ok=True)
    return tuple(elsewhere)


def _waiting_store(draft: Path) -> str:
    """Where the store waits for the daemon to bring it into the database that the configuration names."""
    here = draft / STORE_NAME
    if sqlite_file(load_settings(draft / CONFIGURATION_NAME).store.url) is not None or not here.exists():
        return ""
    here.rename(draft / WAITING_STORE)
    return WAITING_STORE


def _places(configured: Settings) -> Iterator[tuple[str, str, Path]]:
    yield "chain.deployment", DEPLOYMENT_NAME, configured.chain.deployment
    yield "keys.folder", KEYS_NAME, configured.keys.folder
    store = sqlite_file(configured.store.url)
    if store is not None:
        yield "store.url", STORE_NAME, store
    yield "dataset.folder", str(Path(DATASET_NAME).parent), configured.dataset.folder


def _sync_folders(draft: Path) -> None:
    for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
