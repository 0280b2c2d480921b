"""The notice that a restore leaves in the home folder until a daemon has written it into the store."""

from pathlib import Path
from typing import ClassVar, Final

import msgspec
import structlog

from oracle.domain.errors import Misconfigured
from oracle.store.database import Database
from oracle.store.restoration import RestorationJournal
from oracle.store.transfer import bring_in

log = structlog.get_logger()

NOTICE_NAME: Final = "restored.json"


class NoticeUnreadable(Misconfigured):
    """Something else has the name of the notice."""

    code: ClassVar[str] = "restore_notice_unreadable"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """When the backup was made, unix seconds, and the store that waits to be brought into its database."""

    version: int
    created_at: int
    store: str = ""
    """Relative to the home folder; empty where the store is in its place."""


def leave_notice(home: Path, created_at: int, store: str) -> None:
    content = msgspec.json.encode(Notice(version=1, created_at=created_at, store=store))
    path = home / NOTICE_NAME
    path.write_bytes(content + b"\n")
    path.chmod(0o600)


def read_notice(home: Path) -> Notice | None:
    """The notice, None where no restore left one. A daemon keeps it until the store has rows and mark."""
    path = home / NOTICE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Notice)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise NoticeUnreadable(
            f"{path} is not what `riskmesh restore` writes. Restore again, or remove the file if this folder "
            "was never restored."
        ) from error


async def noted_restoration(home: Path, database: Database) -> RestorationJournal:
    """The store's mark, after what a notice in the home folder asks for was done."""
    journal = RestorationJournal(database)
    notice = read_notice(home)
    if notice is not None:
        if notice.store:
            await _bring_in(home / notice.store, database, notice)
        else:
            await journal.begin(notice.created_at)
        (home / NOTICE_NAME).unlink()
    return journal


async def _bring_in(copy: Path, database: Database, notice: Notice) -> None:
    log.info("store_brought_in")
    await bring_in(copy, database, notice.created_at)
    for suffix in ("", "-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
