"""What can go wrong with the store.

    Misconfigured  StoreUnusable ─ StoreNewer
    Transient      StoreUnreachable

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


class StoreUnreachable(Transient):
    """The database server does not answer, ended the connection, or was busy for too long."""

    code: ClassVar[str] = "store_unreachable"
