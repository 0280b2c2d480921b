"""The notice that a restore leaves in the home folder until a daemon has written it into the store."""

from pathlib import Path
from typing import ClassVar, Final

import msgspec

from oracle.domain.errors import Misconfigured
from oracle.store.database import Database
from oracle.store.restoration import RestorationJournal

NOTICE_NAME: Final = "restored.json"


class NoticeUnreadable(Misconfigured):
    """Something else has the name of the notice."""

    code: ClassVar[str] = "restore_notice_unreadable"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """When the backup was made, unix seconds."""

    version: int
    created_at: int


def leave_notice(home: Path, created_at: int) -> None:
    content = msgspec.json.encode(Notice(version=1, created_at=created_at))
    path = home / NOTICE_NAME
    path.write_bytes(content + b"\n")
    path.chmod(0o600)


def read_notice(home: Path) -> Notice | None:
    """The notice, None where no restore left one. A daemon keeps it until its store has the mark."""
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
    """The store's mark, after a notice that lies in the home folder was written into it."""
    journal = RestorationJournal(database)
    notice = read_notice(home)
    if notice is not None:
        await journal.begin(notice.created_at)
        (home / NOTICE_NAME).unlink()
    return journal
