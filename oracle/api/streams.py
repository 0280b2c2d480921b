"""Writes answers line by line (NDJSON), notices who has left, and ends them when the daemon stops."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import msgspec
from aiohttp import web
from msgspec import Struct

from oracle.api.errors import Stopping, problem_of
from oracle.api.limits import write_in_time
from oracle.api.schema import Problem
from oracle.domain.errors import RiskmeshError

CONTENT_TYPE = "application/x-ndjson"
PAUSE_S = 15.0
"""After so long without a line an empty one is written: that is how a reader who has left is noticed."""


class _ProblemLine(Struct, frozen=True):
    problem: Problem


class Streams:
    """All answers in flight; `close` ends them with a line that says so."""

    def __init__(self, *, pause_s: float = PAUSE_S, write_timeout_s: float = 60.0) -> None:
        self._pause_s = pause_s
        self._write_timeout_s = write_timeout_s
        self._closing = asyncio.Event()
        self._encoder = msgspec.json.Encoder()

    def close(self) -> None:
        self._closing.set()

    async def answer(self, request: web.Request, lines: AsyncGenerator[Struct, None]) -> web.StreamResponse:
        """Write the lines; an error before the first one is answered as a problem with its own status."""
        response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})
        # Whoever leaves, even between the last line and the end of the answer, is no error: what was asked
        # for goes on or is undone by the room itself, and the server ends the connection.
        with suppress(ConnectionResetError):
            async with aclosing(lines):
                try:
                    await self._write(request, response, lines)
                except RiskmeshError as error:
                    if not response.prepared:
                        raise
                    await self._line(request, response, _ProblemLine(problem_of(error)))
            await response.write_eof()
        return response

    async def _write(
        self, request: web.Request, response: web.StreamResponse, lines: AsyncGenerator[Struct, None]
    ) -> None:
        closing = asyncio.ensure_future(self._closing.wait())
        coming = asyncio.ensure_future(anext(lines, None))
        try:
            while True:
                done, _ = await asyncio.wait(
                    {coming, closing}, timeout=self._pause_s, return_when=asyncio.FIRST_COMPLETED
                )
                if coming in done:
                    line = coming.result()
                elif closing in done:
                    raise Stopping(
                        "The daemon is stopping; the work that is journalled goes on when it is back."
                    )
                if not response.prepared:
                    await response.prepare(request)
                if coming not in done:
                    await write_in_time(request, response, b"\n", timeout_s=self._write_timeout_s)
                    continue
                if line is None:
                    return
                await self._line(request, response, line)
                coming = asyncio.ensure_future(anext(lines, None))
        finally:
            # The generator cannot be closed while a step of it is running.
            for waiting in (coming, closing):
                waiting.cancel()
            await asyncio.gather(coming, closing, return_exceptions=True)

    async def _line(self, request: web.Request, response: web.StreamResponse, line: Struct) -> None:
        data = self._encoder.encode(line) + b"\n"
        await write_in_time(request, response, data, timeout_s=self._write_timeout_s)
