"""Makes a backup while the daemon works: copies of one moment, then one encrypted file."""

import json
import os
import secrets
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from oracle import __version__
from oracle.chain.deployment import read_record
from oracle.chain.quantities import checksummed
from oracle.config.settings import Settings
from oracle.crypto.archive import DEFAULT_COST, ArchiveWriter
from oracle.crypto.errors import KeyFileMissing
from oracle.crypto.key_files import KeyName, key_path, versions
from oracle.dataset.copying import copy_dataset
from oracle.domain.errors import Misconfigured
from oracle.domain.ids import Address
from oracle.store.copying import copy_store, schema_of, sqlite_file
from oracle.store.transfer import copy_shared
from oracle.wiring.recovery.manifest import (
    APPLICATION_NAME,
    CONFIGURATION_NAME,
    DATASET_NAME,
    DEPLOYMENT_NAME,
    KEYS_NAME,
    STORE_NAME,
    VERSION,
    Manifest,
    encode_manifest,
    entry_of,
)

LENGTH: Final = struct.Struct(">I")
_PIECE: Final = 1 << 20
Progress = Callable[[int, int], None]
"""Bytes written so far, and in all."""


class BackupNotWritten(Misconfigured):
    """The file that was named exists, or its folder cannot be written."""

    code: ClassVar[str] = "backup_not_written"


def back_up(
    settings: Settings,
    configuration: Path,
    target: Path,
    passphrase: str,
    told: Progress,
    *,
    cost: int = DEFAULT_COST,
) -> Manifest:
    """Write the whole state of the institution into `target`, which must not exist.

    The store is copied before the dataset: what the store speaks of is in the dataset, which keeps snapshots
    longer than any query about them. A later dataset is as good as the one of the same moment.
    """
    if target.exists():
        raise BackupNotWritten(f"{target} exists already and is not overwritten. Name another file.")
    try:
        with _draft_folder(target) as draft:
            files = _collect(settings, configuration, draft)
            manifest = _manifest(settings, files)
            sealed = draft / "sealed"
            with sealed.open("xb") as file:
                sealed.chmod(0o600)
                _write(ArchiveWriter(file, passphrase, cost=cost), manifest, files, told)
                file.flush()
                os.fsync(file.fileno())
            # Taken first, so that nothing is replaced; not every place for backups knows links.
            target.touch(mode=0o600, exist_ok=False)
            sealed.replace(target)
            _sync_folder(target.absolute().parent)
    except OSError as error:
        raise BackupNotWritten(
            f"The backup cannot be written to {target} ({error.strerror}). Check the folder, its permissions "
            "and its free space: it takes the size of the store and the dataset twice while it is made."
        ) from error
    return manifest


@contextmanager
def _draft_folder(target: Path) -> Iterator[Path]:
    """Beside the target, so that the finished file only gets its name; open to its owner only."""
    folder = target.absolute().parent / f".{target.name}.{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _collect(settings: Settings, configuration: Path, draft: Path) -> dict[str, Path]:
    """Files by their names in the backup, in the order in which they are copied."""
    # Keys are worth a backup before there is a deployment.
    named = {
        CONFIGURATION_NAME: configuration,
        DEPLOYMENT_NAME: settings.chain.deployment,
        APPLICATION_NAME: settings.home / APPLICATION_NAME,
    }
    files = {name: path for name, path in named.items() if path.exists()}
    for path in sorted(settings.keys.folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path != settings.keys.passphrase_file:
            files[f"{KEYS_NAME}/{path.name}"] = path
    if _copied(settings.store.url, draft / "state.db"):
        files[STORE_NAME] = draft / "state.db"
    dataset = copy_dataset(settings.dataset.folder, draft / "dataset")
    if dataset is not None:
        files[DATASET_NAME] = dataset
    return files


def _copied(store_url: str, target: Path) -> bool:
    """False where there is no store yet."""
    file = sqlite_file(store_url)
    if file is None:
        return copy_shared(store_url, target)
    if file.exists():
        copy_store(file, target)
    return file.exists()


def _manifest(settings: Settings, files: dict[str, Path]) -> Manifest:
    return Manifest(
        version=VERSION,
        made_by=__version__,
        created_at=int(time.time()),
        member=settings.member.name,
        operator=operator_of(settings.keys.folder),
        chain_id=read_record(files[DEPLOYMENT_NAME]).chain_id if DEPLOYMENT_NAME in files else None,
        schema=schema_of(files[STORE_NAME]) if STORE_NAME in files else "",
        entries=tuple(entry_of(name, path) for name, path in files.items()),
    )


def operator_of(keys: Path) -> Address:
    """The account of the newest operator key, which its file has in clear."""
    path = key_path(keys, KeyName.OPERATOR, versions(keys, KeyName.OPERATOR)[-1])
    try:
        stated = str(json.loads(path.read_bytes())["address"])
        return checksummed(bytes.fromhex(stated.removeprefix("0x")))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileMissing(f"The key file {path} names no account. Restore it from a backup.") from error


def _write(archive: ArchiveWriter, manifest: Manifest, files: dict[str, Path], told: Progress) -> None:
    content = encode_manifest(manifest)
    archive.write(LENGTH.pack(len(content)) + content)
    done = 0
    for entry in manifest.entries:
        left = entry.size
        with files[entry.name].open("rb") as source:
            while left and (piece := source.read(min(_PIECE, left))):
                archive.write(piece)
                left -= len(piece)
                done += len(piece)
                told(done, manifest.size)
        if left:
            raise BackupNotWritten(f"{files[entry.name]} became shorter while it was read. Begin again.")
    archive.finish()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
