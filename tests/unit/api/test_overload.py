"""The interface under too much at once: the rest waits outside and is told so, and nothing stays occupied."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from oracle.api.limits import ApiLimits
from oracle.api.ports import Services
from oracle.api.server import serve
from oracle.config.settings import UnixSocket
from oracle.domain.reports import HolderProgress, HolderState

LINE = HolderProgress(
    batch_id="0x" + "1" * 64, holder=2, holder_name="n" * 1000, state=HolderState.WAITING, asked=1
)


ENDING = "ending"
"""The query whose events end after one line, when the test lets them."""


class SlowRooms:
    """A status that comes when the test lets it, and events that never end but of one query."""

    def __init__(self) -> None:
        self.asked = asyncio.Semaphore(0)
        self.answer = asyncio.Semaphore(0)
        self.ended = asyncio.Event()
        self.talkative = False

    async def status(self) -> dict[str, str]:
        self.asked.release()
        await self.answer.acquire()
        return {}

    async def query_events(self, query_id: str) -> AsyncGenerator[HolderProgress, None]:
        self.asked.release()
        if query_id == ENDING:
            yield LINE
            await self.answer.acquire()
            self.ended.set()
            return
        while True:
            yield LINE
            if not self.talkative:
                await asyncio.Event().wait()
            await asyncio.sleep(0)


@pytest.fixture
def rooms_that_wait() -> SlowRooms:
    return SlowRooms()


@pytest.fixture
def slow(services: Services, rooms_that_wait: SlowRooms) -> Any:
    return SimpleNamespace(
        queries=rooms_that_wait, records=services.records, status=rooms_that_wait, members=services.members
    )


@pytest.fixture
def listen(folder: Path) -> UnixSocket:
    return UnixSocket(path=folder / "run" / "s")


def _session(listen: UnixSocket) -> aiohttp.ClientSession:
    return aiohttp.ClientSession("http://localhost", connector=aiohttp.UnixConnector(str(listen.path)))


async def _answer(session: aiohttp.ClientSession, path: str) -> tuple[int, str, str]:
    async with session.get(path) as response:
        body = await response.json(content_type=None)
        return response.status, body.get("code", ""), response.headers.get("Retry-After", "")


async def test_requests__more_than_are_served_at_once__are_told_to_wait_and_health_is_answered(
    slow: Any, rooms_that_wait: SlowRooms, listen: UnixSocket
) -> None:
    async with (
        serve(slow, listen, limits=ApiLimits(concurrent=2)),
        _session(listen) as session,
        asyncio.TaskGroup() as group,
    ):
        running = [group.create_task(_answer(session, "/v1/status")) for _ in range(2)]
        for _ in running:
            await rooms_that_wait.asked.acquire()

        assert await _answer(session, "/v1/members") == (503, "interface_busy", "1")
        assert (await _answer(session, "/v1/healthz"))[0] == 200
        for _ in running:
            rooms_that_wait.answer.release()
        assert [(await task)[0] for task in running] == [200, 200]
        assert (await _answer(session, "/v1/members"))[0] == 200


async def test_streams__more_than_are_served_at_once__are_told_to_wait_and_requests_are_served(
    slow: Any, rooms_that_wait: SlowRooms, listen: UnixSocket
) -> None:
    async with (
        serve(slow, listen, limits=ApiLimits(streams=1)),
        _session(listen) as session,
        session.get("/v1/queries/q1/events") as first,
    ):
        await rooms_that_wait.asked.acquire()
        assert first.status == 200

        assert await _answer(session, "/v1/queries/q2/events") == (503, "interface_busy", "1")
        assert (await _answer(session, "/v1/members"))[0] == 200


async def test_json__that_does_not_arrive__is_given_up(services: Services, listen: UnixSocket) -> None:
    async with serve(services, listen, limits=ApiLimits(read_timeout_s=0.05)):
        reader, writer = await asyncio.open_unix_connection(str(listen.path))
        writer.write(
            b"POST /v1/queries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b'Content-Length: 100\r\n\r\n{"subj'
        )
        head = await reader.readuntil(b"\r\n\r\n")
        problem = json.loads(await reader.readuntil(b"}"))
        writer.close()

    assert head.startswith(b"HTTP/1.1 408 ")
    assert problem["code"] == "request_too_slow"


async def test_file__whose_next_part_does_not_arrive__is_given_up(
    services: Services, listen: UnixSocket
) -> None:
    async with serve(services, listen, limits=ApiLimits(read_timeout_s=0.05)):
        reader, writer = await asyncio.open_unix_connection(str(listen.path))
        writer.write(
            b"POST /v1/imports?format=csv HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nphone,+4670\n"
        )
        answer = await reader.readuntil(b"request_too_slow")
        writer.close()

    assert answer


async def test_reader__of_a_stream_that_takes_nothing__is_disconnected(
    slow: Any, rooms_that_wait: SlowRooms, listen: UnixSocket
) -> None:
    rooms_that_wait.talkative = True
    async with (
        serve(slow, listen, limits=ApiLimits(streams=1, write_timeout_s=0.05)),
        _session(listen) as session,
    ):
        _, writer = await asyncio.open_unix_connection(str(listen.path), limit=1024)
        writer.write(b"GET /v1/queries/q1/events HTTP/1.1\r\nHost: x\r\n\r\n")
        await rooms_that_wait.asked.acquire()

        # Its place is free again only because it was disconnected.
        status = 503
        while status == 503:
            await asyncio.sleep(0.01)
            async with session.get("/v1/queries/q2/events") as response:
                status = response.status
        writer.transport.abort()
        await asyncio.sleep(0)

    assert status == 200


async def test_reader__that_leaves_between_the_last_line_and_the_end__is_no_error(
    slow: Any, rooms_that_wait: SlowRooms, listen: UnixSocket, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(slow, listen), _session(listen) as session:
        reader, writer = await asyncio.open_unix_connection(str(listen.path))
        writer.write(f"GET /v1/queries/{ENDING}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b'"batch_id"')
        writer.transport.abort()
        # Two answers later the server has noticed that the first reader is gone.
        for _ in range(2):
            assert (await _answer(session, "/v1/healthz"))[0] == 200

        rooms_that_wait.answer.release()
        await rooms_that_wait.ended.wait()
        assert (await _answer(session, "/v1/healthz"))[0] == 200

    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
