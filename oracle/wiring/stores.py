"""Opens what a daemon writes to: the member's store, and what this daemon alone has read of the chain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from oracle.config.settings import Settings
from oracle.store.database import Database
from oracle.store.engine import SQLITE
from oracle.store.facts import FactTable
from oracle.store.lease import Lease, holder_name

CHAIN_FILE = "data/chain.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """One database, or two where several daemons share the first."""

    database: Database
    events: Database
    """Holds the chain's events: each daemon reads them at its own pace, and can always read them again."""
    lease: Lease | None
    """None where only one daemon can use the store."""

    @property
    def facts(self) -> FactTable:
        return FactTable(self.events)


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Raises `Misconfigured` with what to change; closed at the end of the block."""
    database = await Database.open(settings.store.url)
    try:
        if not database.shared:
            yield Stores(database=database, events=database, lease=None)
            return
        events = await Database.open(f"{SQLITE}:///{settings.home / CHAIN_FILE}")
        try:
            yield Stores(database=database, events=events, lease=Lease(database, holder=holder_name()))
        finally:
            await events.close()
    finally:
        await database.close()
