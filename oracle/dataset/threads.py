"""Where the work of a dataset runs: one thread that writes, a few that read, never the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_READERS: Final = 4


class Threads:
    """Writes happen in the order they were asked for; a cancelled one is still finished."""

    def __init__(self) -> None:
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="dataset-writer")
        self._readers = ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="dataset-reader")

    async def write(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        return await _run(self._writer, partial(function, *args, **kwargs))

    async def read(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        return await _run(self._readers, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Waits for what has begun."""
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)


async def _run(executor: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(executor, work)
