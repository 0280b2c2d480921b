"""A node that delays, truncates, repeats, withholds and errs at random for as long as a query lives.

`RISKMESH_NODE_SEED` says which calls (it is printed); without it they are the same in every run.
"""

import os
import random

import pytest
from faults.chain_matrix.conftest import Stand
from faults.chain_matrix.life import Life, require_answered_and_paid_once
from stage.rpc_faults import (
    delayed,
    erring,
    failing,
    hanging_up,
    lagging,
    losing_the_answer,
    one_of,
    repeating,
    sometimes,
    swallowing,
    truncated,
    with_repeated_logs,
    without_logs,
)
from stage.rpc_proxy import RpcProxy

FINALITY = 3
SEED = int(os.environ.get("RISKMESH_NODE_SEED", "1"))
ONCE_IN = 0.02
"""Of all calls, of which several go in one body: what is wrong with one of them spoils all."""


@pytest.mark.slow
@pytest.mark.parametrize("add", range(20))
async def test_query__through_a_node_that_misbehaves_at_random__is_answered_and_paid_once(
    stand: Stand, add: int
) -> None:
    print(f"RISKMESH_NODE_SEED={SEED} and {add}")  # noqa: T201 - to run it again
    async with stand(FINALITY, proxied=True) as pair:
        assert pair.proxy is not None
        misbehave(pair.proxy, random.Random(SEED + add))  # noqa: S311 - no secrets
        life = Life(pair=pair)
        await life.submitted()
        state = await life.ended()
        assert state.summary.phase.final
        pair.proxy.behave()

        await require_answered_and_paid_once(life)


def misbehave(proxy: RpcProxy, chance: random.Random) -> None:
    """One call in fifty goes wrong, each time in another way."""
    ways = (
        delayed(0.1),
        erring(),
        failing(503),
        hanging_up(),
        lagging(2),
        losing_the_answer(),
        repeating(),
        truncated(),
    )
    logs = (*ways, with_repeated_logs(chance), without_logs())
    found = (*ways, swallowing())
    proxy.misbehave(sometimes(chance, ONCE_IN, one_of(chance, logs)), "eth_getLogs")
    proxy.misbehave(sometimes(chance, ONCE_IN, one_of(chance, found)), "eth_getTransactionReceipt")
    proxy.misbehave(sometimes(chance, ONCE_IN, one_of(chance, ways)))
