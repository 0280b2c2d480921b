"""Answers line by line, whose readers come and go as they like."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace

import pytest

from oracle.api.ports import Services
from oracle.api.server import serve
from oracle.config.settings import UnixSocket
from oracle.domain.reports import HolderProgress, HolderState

LINE = HolderProgress(batch_id="0x" + "1" * 64, holder=2, holder_name="n", state=HolderState.WAITING, asked=1)


class OneLine:
    """Events that end when the test lets them."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.ended = asyncio.Event()

    async def query_events(self, _query_id: str) -> AsyncGenerator[HolderProgress, None]:
        yield LINE
        await self.end.wait()
        self.ended.set()


async def test_reader__leaves_before_the_end_is_written__is_no_error_of_the_daemon(
    services: Services, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A command has all that it waits for with the last line."""
    rooms = OneLine()
    listen = UnixSocket(path=folder / "s")
    served = SimpleNamespace(
        queries=rooms, records=services.records, status=services.status, members=services.members
    )
    with caplog.at_level(logging.ERROR):
        async with serve(served, listen):  # type: ignore[arg-type]  # as much of it as is asked for
            reader, writer = await asyncio.open_unix_connection(str(listen.path))
            writer.write(b"GET /v1/queries/q1/events HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await reader.readuntil(b'"waiting"')
            writer.transport.abort()
            await asyncio.sleep(0)
            rooms.end.set()
            await rooms.ended.wait()

    assert caplog.records == []
