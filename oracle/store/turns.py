"""Which daemon of the member answers a requester now: one at a time, so that no batch is answered twice.

Held as a lock of a database session, so that a daemon that is killed holds nothing, and one that is paused
loses the session, and its turns with it, after `IDLE_S`. Whatever it does then is refused by the journals'
states.
"""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import Function, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.domain.ids import MemberId
from oracle.store.database import Database

ANSWERS = 0x616E73
"""First half of the lock's key; the second is the requester."""
IDLE_S = 15
KEEP_S = 3.0


class AnsweringTurns:
    """Turns count: a daemon that has a requester's may take it again, and gives it back as often."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: AsyncConnection | None = None
        self._one = asyncio.Lock()

    async def take(self, requester: MemberId) -> bool:
        """Whether this daemon may answer this requester now; if so `give_back` follows."""
        return await self._ask(func.pg_try_advisory_lock(ANSWERS, _key(requester)))

    async def give_back(self, requester: MemberId) -> None:
        await self._ask(func.pg_advisory_unlock(ANSWERS, _key(requester)))

    async def keep(self) -> None:
        """Keep the session until cancelled, then end it."""
        try:
            while True:
                await self._ask(func.now())
                await asyncio.sleep(KEEP_S)
        finally:
            await self.end()

    async def _ask(self, call: Function[Any]) -> bool:
        async with self._one:
            try:
                if self._session is None:
                    self._session = await self._database.session()
                    await self._session.execute(text(f"SET idle_session_timeout = '{IDLE_S}s'"))
                return bool(await self._session.scalar(select(call)))
            except DBAPIError:
                # The session is gone and its locks with it; the next question begins another.
                await self.end()
                return False

    async def end(self) -> None:
        """Give back all turns."""
        session, self._session = self._session, None
        if session is not None:
            # Not back into the pool: the session's end is what gives its locks back.
            with suppress(DBAPIError):
                if not session.invalidated:
                    driver = (await session.get_raw_connection()).driver_connection
                    if driver is not None:
                        await driver.close()
                await session.invalidate()
            await session.close()


def _key(requester: MemberId) -> int:
    """PostgreSQL takes two keys of 32 bits; requesters that share one wait for each other."""
    return int(requester) % 2**31
