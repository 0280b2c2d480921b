"""The databases of a dataset as one transaction sees them; `layout` describes their rows."""

from typing import TypeAlias

import lmdb

Transaction: TypeAlias = "lmdb.Transaction[bytes]"
Table: TypeAlias = "lmdb._Database"  # noqa: SLF001 - the type has no other name


class Tables:
    """Handles of the databases in one environment."""

    __slots__ = (
        "counts",
        "entries",
        "expiries",
        "removals",
        "retired",
        "snapshots",
        "state",
        "tiles",
        "touched",
    )

    def __init__(self, environment: lmdb.Environment) -> None:
        # Numbered where the format before had other rows under the plain name.
        self.entries = environment.open_db(b"entries 2")
        self.expiries = environment.open_db(b"expiries 2", dupsort=True, dupfixed=True)
        self.removals = environment.open_db(b"removals")
        self.retired = environment.open_db(b"retired", dupsort=True, dupfixed=True)
        self.tiles = environment.open_db(b"tiles")
        self.touched = environment.open_db(b"touched")
        self.snapshots = environment.open_db(b"snapshots")
        self.counts = environment.open_db(b"counts")
        self.state = environment.open_db(b"state")


class Rows:
    """One transaction's view of every table: a consistent moment, or a change that happens wholly or not."""

    __slots__ = ("tables", "txn")

    def __init__(self, txn: Transaction, tables: Tables) -> None:
        self.txn = txn
        self.tables = tables
