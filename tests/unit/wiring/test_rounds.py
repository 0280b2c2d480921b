"""Rounds never overlap, are woken by news, survive what others do, and stop for what is ours."""

import asyncio

import pytest

from oracle.domain.errors import Broken, Misconfigured, Refused, RiskmeshError, Transient
from oracle.wiring.rounds import Round

LONG = 3_600.0


class Work:
    """Counts its rounds; each may raise what a test says."""

    def __init__(self, *errors: BaseException | None) -> None:
        self.rounds = 0
        self.at_once = 0
        self.most_at_once = 0
        self._errors = list(errors)
        self._done = asyncio.Event()
        self.slow = 0.0

    async def __call__(self) -> None:
        self.rounds += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self._done.set()
        await asyncio.sleep(self.slow)
        self.at_once -= 1
        error = self._errors.pop(0) if self._errors else None
        if error is not None:
            raise error

    async def until(self, rounds: int) -> None:
        async with asyncio.timeout(5):
            while self.rounds < rounds:
                self._done.clear()
                await self._done.wait()


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_round__started__works_at_once_and_then_when_it_is_woken() -> None:
    work = Work()
    entry = Round(name="test", work=work, every_s=LONG)
    task = asyncio.create_task(entry.run())
    await work.until(1)
    await asyncio.sleep(0.01)
    assert work.rounds == 1

    entry.wake()
    await work.until(2)
    await _stop(task)


async def test_round__without_news__works_again_after_its_interval() -> None:
    work = Work()
    task = asyncio.create_task(Round(name="test", work=work, every_s=0.001).run())

    await work.until(5)

    await _stop(task)


async def test_round__woken_while_it_works__works_once_more_and_never_twice_at_once() -> None:
    work = Work()
    work.slow = 0.05
    entry = Round(name="test", work=work, every_s=LONG)
    task = asyncio.create_task(entry.run())
    await work.until(1)

    for _ in range(5):
        entry.wake()
    await work.until(2)
    await asyncio.sleep(0.15)

    assert (work.rounds, work.most_at_once) == (2, 1)
    await _stop(task)


@pytest.mark.parametrize(
    "error",
    [
        Transient("later"),
        Refused("no"),
        ExceptionGroup("several", [Transient("later"), ExceptionGroup("deeper", [Refused("no")])]),
    ],
)
async def test_round__that_meets_what_others_do__goes_on(error: Exception) -> None:
    work = Work(error)
    entry = Round(name="test", work=work, every_s=0.001)
    task = asyncio.create_task(entry.run())

    await work.until(3)

    assert not task.done()
    await _stop(task)


@pytest.mark.parametrize("kind", [Broken, Misconfigured])
@pytest.mark.parametrize("grouped", [False, True])
async def test_round__that_meets_what_is_ours__ends_with_it(
    kind: type[RiskmeshError], *, grouped: bool
) -> None:
    error: Exception = kind("ours")
    if grouped:
        error = ExceptionGroup("several", [Transient("later"), error])

    with pytest.raises((kind, ExceptionGroup)) as ended:
        await asyncio.wait_for(Round(name="test", work=Work(error), every_s=LONG).run(), 5)

    if isinstance(ended.value, ExceptionGroup):
        found, rest = ended.value.split(kind)
        assert found is not None
        assert rest is None
