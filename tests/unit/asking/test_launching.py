"""When an express batch may leave, and who is asked first."""

import asyncio
from dataclasses import replace

import pytest

from oracle.asking.launching import MANY, Launch, NotOnDisk, OnDisk
from oracle.domain.asked import AskedBatch, BatchContent, BatchState
from oracle.domain.ids import BatchId, MemberId


def _launch(holders: int, *, number: int = 0) -> Launch:
    batch = AskedBatch(
        batch_id=BatchId(number.to_bytes(32)),
        query_id="q",
        ordinal=0,
        state=BatchState.ASKED,
        count=1,
        deadline=1,
        created_at_ms=1,
        committed_at_ms=None,
        content=BatchContent(elements=b"", statement=b"", openings=(), case_salt=b""),
    )
    members = tuple(MemberId(member) for member in range(2, 2 + holders))
    return Launch(batch=batch, holders=members, until_ms=1, on_disk=OnDisk.as_found())


async def test_batch__whose_writing_ends__may_leave() -> None:
    with OnDisk() as on_disk:
        waiting = asyncio.create_task(on_disk.require())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    assert await on_disk.reached()


async def test_batch__whose_writing_fails__never_leaves() -> None:
    on_disk = OnDisk()
    with pytest.raises(RuntimeError), on_disk:
        raise RuntimeError
    assert not await on_disk.reached()
    with pytest.raises(NotOnDisk):
        await on_disk.require()


@pytest.mark.parametrize("holders", [0, 1, 2, 105])
def test_turn__of_any_batch__has_each_holder_once(holders: int) -> None:
    launch = _launch(holders, number=2**255 + 12345)
    assert sorted(launch.in_turn) == list(launch.holders)


def test_turn__from_batch_to_batch__begins_with_another_holder() -> None:
    assert {_launch(5, number=number).in_turn[0] for number in range(5)} == set(_launch(5).holders)


async def test_head_start__of_one_that_does_not_answer__is_over_in_time() -> None:
    silent = asyncio.create_task(asyncio.Event().wait())
    async with asyncio.timeout(30):
        await replace(_launch(MANY + 1), head_start_s=0).head_start([silent])
    assert not silent.done()
    silent.cancel()
