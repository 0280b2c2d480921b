"""A member offered more honest work than it does: some has to wait, others are served, nothing changes."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess
from attacks.remains import contents

from oracle.domain.reports import Finding, RecordState
from oracle.peer.limits import ServerLimits

LINES = 12
A_SAMPLE, MANY = 10, 120
"""Conversations of another member that take place meanwhile."""


@pytest.fixture
async def talk(members: Callable[..., Awaitable[InProcess]]) -> Conversation:
    """With a holder that does two things at a time for one member, and lets as many wait."""
    narrow = ServerLimits(concurrent_per_peer=2, waiting_per_peer=2, connections_per_peer=2 * LINES)
    return Conversation(bank=await members(1), holder=await members(2, narrow))


class Offering:
    """The same receipt again and again, which gets the same answer each time."""

    def __init__(self, talk: Conversation) -> None:
        self._receipt = talk.bank.client.receipts[-1]
        self._door, self._context = talk.bank.door_to(talk.holder)
        self.statuses: Counter[int] = Counter()
        self.ended = asyncio.Event()

    async def __call__(self) -> None:
        connector = aiohttp.TCPConnector(ssl=self._context, limit=LINES)
        async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
            for _ in range(LINES):
                group.create_task(self._line(session))

    async def _line(self, session: aiohttp.ClientSession) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        while not self.ended.is_set():
            url = f"{self._door}/peer/v1/receipts"
            async with session.post(url, data=self._receipt, headers=headers) as response:
                await response.read()
                self.statuses[response.status] += 1


@pytest.mark.parametrize(
    "count", [A_SAMPLE, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])]
)
async def test_member__offered_more_than_it_does__does_what_it_can_and_serves_the_rest(
    talk: Conversation, members: Callable[..., Awaitable[InProcess]], count: int
) -> None:
    await talk.whole(HELD, MISSED)
    before, offering = contents(talk.bank), Offering(talk)
    owed = await talk.holder.holder.vouchers.accepted_totals(talk.bank.id)
    other = Conversation(bank=await members(3), holder=talk.holder)

    async with asyncio.TaskGroup() as group:
        group.create_task(offering())
        for _ in range(count):
            await other.whole(HELD, MISSED)
            hit, miss = await other.results()
            assert (hit.state, hit.record_state) == (Finding.HIT, RecordState.DISCLOSED)
            assert miss.state is Finding.MISS
        offering.ended.set()

    assert set(offering.statuses) == {200, 429}, offering.statuses
    assert await talk.holder.holder.vouchers.accepted_totals(talk.bank.id) == owed
    assert contents(talk.bank) == before
