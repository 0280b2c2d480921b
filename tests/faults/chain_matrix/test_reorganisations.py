"""Blocks replaced under every step of a query: answered once, paid once, read to the head."""

import pytest
from faults.chain_matrix.conftest import Stand
from faults.chain_matrix.life import STEPS, Life, reorganised, require_answered_and_paid_once

ABOVE, BELOW = 24, 3
"""Finality depths: one that no reorganisation here reaches, and one that most do."""
SAMPLE = [
    ("committed", 1, BELOW),
    ("committed", 20, ABOVE),
    ("counted", 20, BELOW),
    ("replied", 7, BELOW),
    ("receipted", 20, BELOW),
    ("redeemed", 4, BELOW),
]
EVERY = [(step, depth, finality) for finality in (ABOVE, BELOW) for step in STEPS for depth in range(1, 21)]


@pytest.mark.parametrize(("step", "depth", "finality"), SAMPLE)
async def test_query__blocks_replaced_under_it__is_answered_and_paid_once(
    stand: Stand, step: str, depth: int, finality: int
) -> None:
    await _run(stand, step, depth, finality)


@pytest.mark.slow
@pytest.mark.parametrize(("step", "depth", "finality"), EVERY)
async def test_query__blocks_replaced_at_every_depth__is_answered_and_paid_once(
    stand: Stand, step: str, depth: int, finality: int
) -> None:
    await _run(stand, step, depth, finality)


async def _run(stand: Stand, step: str, depth: int, finality: int) -> None:
    async with stand(finality) as pair:
        life = Life(pair=pair)
        await STEPS[step](life)
        await reorganised(life, depth)
        await require_answered_and_paid_once(life)
