"""The lease by which one of a member's daemons leads: the one that sends, pays and publishes.

Expiry goes by the database's clock, so that daemons whose clocks differ agree. Whoever takes the lease gets a
greater token, at a writer's turn; every transaction of a leader looks, at its own turn, whether its token is
still the one that stands. So a leader that was paused for however long cannot act on what it once was.
"""

import os
import secrets
import socket
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from oracle.store.database import Database
from oracle.store.errors import StandingBy
from oracle.store.tables import lease

log = structlog.get_logger()
LEADER = "leader"
TTL_S = 6.0
RENEW_S = 1.5
"""How often it is asked for, or renewed: a leader that is gone is replaced after at most the sum of both."""


def holder_name() -> str:
    """What others read of this process; the random part makes every start another holder."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """Who leads, as the database has it."""

    holder: str
    token: int


class Lease:
    """One daemon's view: `seek` is called again and again, `require` within every leader's transaction."""

    def __init__(self, database: Database, *, holder: str, ttl_s: float = TTL_S) -> None:
        self._database = database
        self.holder = holder
        self._ttl_s = ttl_s
        self._token: int | None = None
        self._believed_until = 0.0
        database.fence_with(self.require)

    def held(self) -> bool:
        """Whether this daemon leads as far as it knows; what it does is checked by `require`."""
        return self._token is not None and time.monotonic() < self._believed_until

    async def seek(self) -> bool:
        """Renew the lease, or take it if nobody holds it; whether this daemon leads now."""
        asked_at = time.monotonic()
        token = await self._renewed() if self._token is not None else None
        if token is None and await self._free():
            token = await self._taken()
        if token is None and self._token is not None:
            log.warning("lease_lost")
        elif token is not None and token != self._token:
            log.info("lease_taken")
        self._token, self._believed_until = token, asked_at + self._ttl_s
        return token is not None

    async def release(self) -> None:
        """Let another daemon take it at once."""
        token, self._token = self._token, None
        if token is None:
            return
        async with self._database.aside() as connection:
            await connection.execute(
                update(lease).where(self._mine(token)).values(expires_at=func.to_timestamp(0))
            )

    async def require(self, connection: AsyncConnection) -> None:
        """Within a writer's turn. Raises `StandingBy` unless this daemon's token is the one that stands."""
        token = self._token
        if token is not None and await connection.scalar(select(lease.c.token).where(self._mine(token))):
            return
        self._token = None
        raise StandingBy(
            "Another daemon of this member leads: it alone sends transactions, pays and publishes. Use that "
            "one, `riskmesh status` names it; or wait, this one takes over when that one is gone"
        )

    async def leader(self) -> Leader | None:
        """Who leads; None when nobody does."""
        current = select(lease).where(lease.c.name == LEADER, lease.c.expires_at > func.clock_timestamp())
        async with self._database.reading() as connection:
            row = (await connection.execute(current)).first()
        return None if row is None else Leader(holder=row.holder, token=row.token)

    async def _free(self) -> bool:
        return await self.leader() is None

    async def _renewed(self) -> int | None:
        token = self._token or 0
        async with self._database.aside() as connection:
            renewed = await connection.execute(
                update(lease).where(self._mine(token)).values(expires_at=self._expiry())
            )
        return token if renewed.rowcount == 1 else None

    async def _taken(self) -> int | None:
        """At a writer's turn: no transaction of the leader before is under way."""
        values = {"holder": self.holder, "expires_at": self._expiry()}
        over = lease.c.expires_at <= func.clock_timestamp()
        statement = (
            self._database.insert(lease)
            .values(name=LEADER, token=1, **values)
            .on_conflict_do_update(
                index_elements=["name"], set_={"token": lease.c.token + 1, **values}, where=over
            )
            .returning(lease.c.token)
        )
        async with self._database.writing() as connection:
            token = await connection.scalar(statement)
        return None if token is None else int(token)

    def _mine(self, token: int) -> ColumnElement[bool]:
        return and_(lease.c.name == LEADER, lease.c.holder == self.holder, lease.c.token == token)

    def _expiry(self) -> ColumnElement[datetime]:
        return func.clock_timestamp() + literal(timedelta(seconds=self._ttl_s))
