"""What can go wrong with the store.

    Misconfigured  StoreUnusable ─ StoreNewer, StoreNotEmpty, StoreFull, StoreReadOnly, StoreDiskFailed,
                                   StoreDamaged
    Transient      StoreUnreachable, StandingBy

No message repeats the store's URL, which may carry a password.
"""

from typing import ClassVar

from oracle.domain.errors import Misconfigured, Transient


class StoreUnusable(Misconfigured):
    """The database cannot be opened: its URL, its driver, its file or its rights."""

    code: ClassVar[str] = "store_unusable"


class StoreNewer(StoreUnusable):
    """A later version of Riskmesh has changed the schema; an older program would misread it."""

    code: ClassVar[str] = "store_newer"


class StoreNotEmpty(StoreUnusable):
    """A restore writes into an empty database only."""

    code: ClassVar[str] = "store_not_empty"


class StoreFull(StoreUnusable):
    """There is no room on the store's disk; nothing of the write is kept."""

    code: ClassVar[str] = "store_full"


class StoreReadOnly(StoreUnusable):
    """The store, its folder or its file system may not be written."""

    code: ClassVar[str] = "store_read_only"


class StoreDiskFailed(StoreUnusable):
    """The disk, or a limit of the system, refused to read or write."""

    code: ClassVar[str] = "store_disk_failed"


class StoreDamaged(StoreUnusable):
    """What is in the file is no sound database any more."""

    code: ClassVar[str] = "store_damaged"


class StoreUnreachable(Transient):
    """The database server does not answer, ended the connection, or was busy for too long."""

    code: ClassVar[str] = "store_unreachable"


class StandingBy(Transient):
    """Another daemon of this member holds the lease: only that one sends transactions and pays."""

    code: ClassVar[str] = "standing_by"
