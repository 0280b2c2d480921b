"""A chain that is ended and started again from its dumped state, at each step of a query."""

import pytest
from faults.chain_matrix.conftest import Stand
from faults.chain_matrix.life import STEPS, Life, require_answered_and_paid_once

FINALITY = 24


@pytest.mark.parametrize(
    "step",
    ["committed", *(pytest.param(step, marks=pytest.mark.slow) for step in STEPS if step != "committed")],
)
async def test_query__its_chain_started_again_from_the_newest_state__is_answered_and_paid_once(
    stand: Stand, step: str
) -> None:
    async with stand(FINALITY) as pair:
        life = Life(pair=pair)
        await STEPS[step](life)
        state = await pair.chain.dump()
        await pair.chain.end()
        await pair.chain.start(state)

        await require_answered_and_paid_once(life)
