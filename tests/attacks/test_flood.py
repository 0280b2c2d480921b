"""One member floods two others: it is told to wait, they are served as before, and memory stays flat."""

import asyncio
import gc
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess

from oracle.domain.reports import Finding, RecordState
from oracle.peer.limits import ServerLimits

CONNECTIONS = 8
GROWTH_KIB = 96 * 1024
PAUSE_S = 0.5
"""Between honest queries: the limit of rate holds for who asks them, too."""


async def _flood(
    attacker: InProcess, victim: InProcess, *, ended: asyncio.Event, told_to_wait: asyncio.Event
) -> Counter[int]:
    """Ask for envelopes as fast as they are refused, on as many connections as one member may have."""
    endpoint, context = attacker.door_to(victim)
    answers: Counter[int] = Counter()
    connector = aiohttp.TCPConnector(ssl=context, limit=CONNECTIONS)

    async def one_line(session: aiohttp.ClientSession) -> None:
        while not ended.is_set():
            url = f"{endpoint}/peer/v1/envelopes/{'ab' * 32}"
            async with session.get(url) as response:
                await response.read()
                answers[response.status] += 1
            if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                told_to_wait.set()

    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(one_line(session))
    return answers


def _resident_kib() -> int:
    gc.collect()
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


@pytest.fixture
async def talk(members: Callable[..., Awaitable[InProcess]]) -> Conversation:
    """Between members whose limit of rate any machine exceeds."""
    slow = ServerLimits(requests_per_s_per_peer=20)
    return Conversation(bank=await members(1, slow), holder=await members(2, slow))


async def _served(talk: Conversation) -> None:
    await talk.whole(HELD, MISSED)
    hit, miss = await talk.results()
    assert (hit.state, hit.record_state, miss.state) == (Finding.HIT, RecordState.DISCLOSED, Finding.MISS)


async def test_member__flooded_by_another__serves_the_rest_and_tells_the_flooder_to_wait(
    talk: Conversation, members: Callable[..., Awaitable[InProcess]]
) -> None:
    third, ended = await members(3), asyncio.Event()
    told = [asyncio.Event(), asyncio.Event()]
    async with asyncio.TaskGroup() as group:
        floods = [
            group.create_task(_flood(third, victim, ended=ended, told_to_wait=each))
            for victim, each in zip((talk.bank, talk.holder), told, strict=True)
        ]
        for _ in range(2):
            await _served(talk)
        async with asyncio.timeout(120):
            for each in told:
                await each.wait()
        ended.set()

    for flood in floods:
        answers = flood.result()
        assert set(answers) <= {404, 429}, answers
        assert answers[429] > 0


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_memory__of_members_under_a_flood_for_minutes__stays_flat(
    talk: Conversation, members: Callable[..., Awaitable[InProcess]]
) -> None:
    third = await members(3)

    async def minutes(count: int) -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        until = loop.time() + 60 * count
        async with asyncio.TaskGroup() as group:
            for victim in (talk.bank, talk.holder):
                group.create_task(_flood(third, victim, ended=ended, told_to_wait=asyncio.Event()))
            while loop.time() < until:
                await _served(talk)
                await asyncio.sleep(PAUSE_S)
            ended.set()

    await minutes(1)
    before = _resident_kib()
    await minutes(3)

    assert _resident_kib() - before < GROWTH_KIB
