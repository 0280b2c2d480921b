"""A chain that is ended and started again from its newest state or from an older one, under a query."""

import pytest
from faults.chain_matrix.conftest import Stand
from faults.chain_matrix.life import STEPS, Life, accept, require_answered_and_paid_once
from stage.standing_daemons import until

FINALITY = 24
FINAL_AT_ONCE = 3
"""A finality depth that the older state is deeper than."""
FIRST = "committed"


@pytest.mark.parametrize(
    "step", [FIRST, *(pytest.param(step, marks=pytest.mark.slow) for step in STEPS if step != FIRST)]
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


@pytest.mark.parametrize(
    ("step", "finality"),
    [
        ("receipted", FINAL_AT_ONCE),
        *(
            pytest.param(step, finality, marks=pytest.mark.slow)
            for finality in (FINALITY, FINAL_AT_ONCE)
            for step in STEPS
            if (step, finality) != ("receipted", FINAL_AT_ONCE)
        ),
    ],
)
async def test_query__its_chain_started_again_from_before_it__is_answered_and_paid_once(
    stand: Stand, step: str, finality: int
) -> None:
    async with stand(finality) as pair:
        for one in pair.both:
            one.base.stream.set_back_after_s = 0.5
        older, ends = await pair.chain.dump(), await pair.chain.head()
        await pair.chain.mine(FINAL_AT_ONCE)
        life = Life(pair=pair)
        await STEPS[step](life)
        await life.read()
        deeper = await pair.chain.head() - ends > finality
        await pair.chain.end()
        await pair.chain.start(older)

        if deeper:
            # No block comes but for what is sent again: what is gone is noticed all the same.
            for one in pair.both:
                await until(one.base.hold.holds)
                accept(one)
        await life.read()
        await require_answered_and_paid_once(life)
