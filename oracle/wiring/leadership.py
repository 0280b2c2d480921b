"""Whether this daemon is the one of its member that sends, pays and publishes, and how it becomes that."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import structlog

from oracle.domain.reports import LeaseLine
from oracle.store.errors import StandingBy, StoreUnreachable
from oracle.store.lease import RENEW_S, Lease

log = structlog.get_logger()
Step: TypeAlias = Callable[[], Awaitable[bool]]
"""False when another daemon leads by now."""


class Leadership:
    """Without a lease this daemon is the only one: it leads from the start."""

    def __init__(self, lease: Lease | None) -> None:
        self._lease = lease
        self._prepared = self._established = lease is None

    def holds(self) -> bool:
        """Has the lease, though it may have to see to the store before it acts."""
        return self._lease is None or self._lease.held()

    def leads(self) -> bool:
        return self.holds() and self._prepared

    def established(self) -> bool:
        """Leads, and what the leader before left on its way to the chain is finished."""
        return self.leads() and self._established

    def check(self) -> None:
        """Raises `StandingBy` unless this daemon leads."""
        if not self.leads():
            raise StandingBy(
                "Another daemon of this member leads, or this one is about to: the leader alone sends "
                "transactions, pays and publishes. `riskmesh status` names it"
            )

    async def line(self) -> LeaseLine | None:
        """For the status; None for a member's only daemon."""
        if self._lease is None:
            return None
        leader = await self._lease.leader()
        return LeaseLine(
            holder="" if leader is None else leader.holder,
            token=0 if leader is None else leader.token,
            here=self.leads(),
        )

    async def run(self, prepare: Step, take_over: Step) -> None:
        """Take over once; with a lease whenever it comes here, until cancelled: then it is let go at once.

        `prepare` looks after the store before this daemon counts as the leader; it says whether it is done.
        """
        if self._lease is None:
            await take_over()
            return
        try:
            await self._follow(self._lease, prepare, take_over)
        finally:
            with suppress(StoreUnreachable):
                await self._lease.release()

    async def _follow(self, lease: Lease, prepare: Step, take_over: Step) -> None:
        taking: asyncio.Task[None] | None = None
        async with asyncio.TaskGroup() as group:
            while True:
                led = lease.held()
                try:
                    leads = await lease.seek()
                except StoreUnreachable as error:
                    # What is not renewed ends by itself, here as in the database.
                    log.warning("lease_not_sought", reason=error.code)
                    leads = lease.held()
                if leads and not led:
                    self._prepared = self._established = False
                    taking = group.create_task(self._establish(prepare, take_over))
                elif not leads and taking is not None:
                    self._prepared = self._established = False
                    taking.cancel()
                    taking = None
                await asyncio.sleep(RENEW_S)

    async def _establish(self, prepare: Step, take_over: Step) -> None:
        if await prepare():
            self._prepared = True
            self._established = await take_over()
