"""Transactions dropped from the pool or mined in another order: nothing is lost, the order decides."""

import asyncio
import operator
from collections.abc import Callable

import pytest
from faults.chain_matrix.conftest import Stand
from faults.chain_matrix.life import LATER, Life, require_answered_and_paid_once

from oracle.domain.reports import Finding

FINALITY = 3
ORDERS: dict[str, Callable[[int, int], bool]] = {
    "publication": operator.lt,
    "commitment": operator.gt,
    "both": operator.eq,
}
"""How the block of the publication stands to that of the commitment."""


async def test_commitment__dropped_from_the_pool_time_and_again__is_sent_again_and_answered(
    stand: Stand,
) -> None:
    async with stand(FINALITY) as pair:
        life = Life(pair=pair)
        await pair.chain.call("evm_setAutomine", False)
        await life.submitted()
        for _ in range(3):
            for dropped in (await pair.chain.waiting(1)).values():
                await pair.chain.call("anvil_dropTransaction", dropped)
        await pair.chain.waiting(1)
        await pair.chain.call("evm_setAutomine", True)

        await require_answered_and_paid_once(life)


@pytest.mark.parametrize(
    ("first", "finding"),
    [("publication", Finding.HIT), ("commitment", Finding.MISS), ("both", Finding.MISS)],
)
async def test_commitment__beside_a_publication_in_the_pool__is_answered_as_they_were_mined(
    stand: Stand, first: str, finding: Finding
) -> None:
    async with stand(FINALITY) as pair:
        life = Life(pair=pair)
        await pair.holder.imports(LATER)
        await pair.chain.call("evm_setAutomine", False)
        publishing = asyncio.create_task(pair.holder.member.holder.publisher.publish())
        await life.submitted(LATER)
        pool = await pair.chain.waiting(2)
        kept = {"publication": pair.holder, "commitment": pair.asker}.get(first)
        for sender, dropped in pool.items():
            if kept is not None and sender != kept.base.lane.account.lower():
                await pair.chain.call("anvil_dropTransaction", dropped)
        await pair.chain.mine()
        await pair.chain.call("evm_setAutomine", True)

        state = await life.ended()
        await pair.chain.mining_while(publishing)
        await life.read()

        commitment = pair.asker.base.view.commitment(pair.asker.member.id, life.batch_id)
        published = pair.asker.base.view.publications_of(pair.holder.member.id)[-1]
        assert commitment is not None
        assert ORDERS[first](published.block_number, commitment.at.block_number), "mined in another order"
        (result,) = state.results
        assert result.state is finding
