"""What is in a backup: whose it is, of which version, and every file with its digest."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from oracle.crypto.errors import ArchiveDamaged, ArchiveForeign
from oracle.domain.ids import Address

VERSION: Final = 1
MAX_MANIFEST: Final = 1 << 20
_PIECE: Final = 1 << 20
STORE_NAME: Final = "data/state.db"
DATASET_NAME: Final = "data/dataset/data.mdb"
CONFIGURATION_NAME: Final = "riskmesh.toml"
DEPLOYMENT_NAME: Final = "deployment.json"
APPLICATION_NAME: Final = "application.json"
KEYS_NAME: Final = "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file, by the name that it has in a home folder of the default layout."""

    name: str
    size: int
    sha256: str
    """Hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Comes first in a backup; the files follow in its order."""

    version: int
    made_by: str
    """Version of Riskmesh."""
    created_at: int
    """Unix seconds."""
    member: str
    """The institution's name in its configuration."""
    operator: Address
    chain_id: int | None
    """None while there is no deployment record."""
    schema: str
    """Newest step of the store's schema; empty when there is no store yet."""
    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.entries)


def encode_manifest(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest)


def decode_manifest(content: bytes) -> Manifest:
    """Raises `ArchiveForeign` for a later version, `ArchiveDamaged` for what is no manifest."""
    try:
        version = msgspec.json.decode(content, type=dict[str, object]).get("version")
        if isinstance(version, int) and version > VERSION:
            raise ArchiveForeign(
                f"The backup has version {version}, this program reads up to {VERSION}. Restore it with the "
                "version of Riskmesh that made it, or a newer one."
            )
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ArchiveDamaged("The backup's list of files cannot be read; take another copy of it.") from error
    for entry in manifest.entries:
        # Only names that we write ourselves: none leads out of the folder that is restored.
        if not is_name(entry.name) or entry.size < 0:
            raise ArchiveDamaged("The backup lists a file that no backup has; nothing of it is used.")
    return manifest


def is_name(name: str) -> bool:
    """Whether a backup may hold a file of this name."""
    if name in {STORE_NAME, DATASET_NAME, CONFIGURATION_NAME, DEPLOYMENT_NAME, APPLICATION_NAME}:
        return True
    folder, _, file = name.partition("/")
    return folder == KEYS_NAME and Path(file).name == file and file not in {"", ".", ".."}


def entry_of(name: str, file: Path) -> Entry:
    """Read a file once for its size and digest."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return Entry(name=name, size=size, sha256=digest.hexdigest())
