"""Worker processes: spawned, told secrets through their pipe alone, replaced when they die."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.crypto.errors import PointRefused
from oracle.crypto.voprf import blind, evaluate_batch, generate_key
from oracle.crypto.workers import WorkerLost, Workers, WorkersBusy
from oracle.domain.ids import MemberId

SECRET = generate_key()


def _shown(process: int, what: str) -> bytes:
    """What every account of the machine can read of a process, or its owner."""
    return Path(f"/proc/{process}/{what}").read_bytes()


@pytest.fixture
def workers() -> Iterator[Workers]:
    pool = Workers(1)
    yield pool
    pool.close()


async def test_worker__given_a_secret__has_it_in_neither_arguments_nor_environment(workers: Workers) -> None:
    evaluation = await workers.run(evaluate_batch, SECRET, [blind(b"a").element])
    worker = await workers.run(os.getpid)

    assert len(evaluation.elements) == 1
    assert worker != os.getpid()
    for shown in ("cmdline", "environ"):
        content = _shown(worker, shown)
        for spelling in (SECRET, SECRET.hex().encode(), SECRET.hex().upper().encode()):
            assert spelling not in content


async def test_worker__started__is_a_fresh_program_and_no_copy_of_this_one(workers: Workers) -> None:
    worker = await workers.run(os.getpid)

    # A forked process would still show the command line of this one.
    own = _shown(os.getpid(), "cmdline")
    assert _shown(worker, "cmdline") != own
    assert b"spawn_main" in _shown(worker, "cmdline")


async def test_worker__killed_under_a_task__fails_it_and_the_next_task_has_another_worker(
    workers: Workers,
) -> None:
    first = await workers.run(os.getpid)
    sleeping = asyncio.create_task(workers.run(time.sleep, 60))
    await asyncio.sleep(0.2)

    os.kill(first, signal.SIGKILL)

    with pytest.raises(WorkerLost):
        await sleeping
    second = await workers.run(os.getpid)
    assert second != first


async def test_worker__killed_under_several_tasks__fails_those_it_had_and_is_replaced_once(
    workers: Workers,
) -> None:
    first = await workers.run(os.getpid)
    given = [asyncio.create_task(workers.run(time.sleep, 60)) for _ in range(2)]
    await asyncio.sleep(0.2)
    waiting = [asyncio.create_task(workers.run(os.getpid)) for _ in range(5)]
    await asyncio.sleep(0)

    os.kill(first, signal.SIGKILL)

    results = await asyncio.gather(*given, return_exceptions=True)
    assert [type(result) for result in results] == [WorkerLost] * 2
    (second,) = set(await asyncio.gather(*waiting))
    assert second != first


async def test_worker__interrupted_from_the_terminal__goes_on(workers: Workers) -> None:
    worker = await workers.run(os.getpid)

    os.kill(worker, signal.SIGINT)

    assert await workers.run(os.getpid) == worker


async def test_task__that_refuses__gives_its_own_error_and_spoils_nothing(workers: Workers) -> None:
    with pytest.raises(PointRefused):
        await workers.run(evaluate_batch, SECRET, [b"\xff" * 32])

    assert len((await workers.run(evaluate_batch, SECRET, [blind(b"a").element])).elements) == 1


async def test_task__with_keyword_arguments__is_refused(workers: Workers) -> None:
    with pytest.raises(TypeError, match="positional"):
        await workers.run(evaluate_batch, SECRET, elements=[])


async def test_member__with_too_many_tasks__is_sent_away_while_another_and_we_are_served() -> None:
    pool = Workers(1, waiting=3, waiting_each=2)
    flooder, honest = MemberId(7), MemberId(8)
    try:
        await pool.run(os.getpid)
        flood = [asyncio.create_task(pool.run_for(flooder, time.sleep, 0.05)) for _ in range(2 + 2)]
        await asyncio.sleep(0)

        with pytest.raises(WorkersBusy):
            await pool.run_for(flooder, os.getpid)
        served = asyncio.create_task(pool.run_for(honest, os.getpid))
        await asyncio.sleep(0)
        with pytest.raises(WorkersBusy):
            await pool.run_for(MemberId(9), os.getpid)
        own = asyncio.create_task(pool.run(os.getpid))

        assert await served == await own
        await asyncio.gather(*flood)
    finally:
        pool.close()


def _runs(process: int) -> bool:
    """Whether a process is there and not only waiting to be counted as dead."""
    try:
        state = _shown(process, "stat").rpartition(b")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {b"Z", b"X"}


DAEMON = """
import asyncio, os
from oracle.crypto.workers import Workers

async def main():
    print(await Workers(1).run(os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_workers__of_a_daemon_that_is_killed__end_with_it(tmp_path: Path) -> None:
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON)
    daemon = await asyncio.create_subprocess_exec(sys.executable, script, stdout=asyncio.subprocess.PIPE)
    assert daemon.stdout is not None
    worker = int(await daemon.stdout.readline())
    assert _runs(worker)

    daemon.kill()
    await daemon.wait()

    async with asyncio.timeout(20):
        while _runs(worker):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.05)
