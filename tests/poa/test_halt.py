"""Two of four validators lost: the chain halts, daemons wait and say why, and go on after the restart."""

import asyncio

import pytest
from stage.private_network import NetworkedAlliance, PrivateNetwork, networked_alliance

from oracle.chain.network.diagnosis import problems
from oracle.domain.reports import Finding, HolderState, QueryState, RawSubject

pytestmark = [pytest.mark.poa, pytest.mark.timeout(1200)]

NODES = {"asker": (1,), "north": (2, 1), "south": (1, 2)}
QUESTION = tuple(RawSubject(type="domain", value=name) for name in ("both.example", "clear.example"))
STANDS_STILL = "The chain stands still"


async def submit(alliance: NetworkedAlliance, deadline_s: int) -> str:
    async with alliance.of("asker").client() as client:
        accepted = await client.submit(QUESTION, purpose=None, case_reference="", deadline_s=deadline_s)
    return accepted.query_id


def answered(state: QueryState) -> bool:
    return {line.state for line in state.holders} == {HolderState.ANSWERED}


async def test_daemons__chain_halted_by_two_lost_validators__say_so_and_finish_what_has_time_left(
    network: PrivateNetwork,
) -> None:
    async with networked_alliance(network, nodes=NODES) as alliance:
        network.kill(3, 4)
        (head, _) = await network.stand_still(1, 2)
        short, patient = await submit(alliance, 30), await submit(alliance, 3_000)

        for name in NODES:
            status = await alliance.status_until(
                name, lambda one: any(STANDS_STILL in p for p in one.problems)
            )
            assert status.chain.reachable
            assert status.chain.head_block == head
        assert (await alliance.status_until("asker", lambda _: True)).open_queries == 2
        found = problems(await network.running.health(), signers=4, period_s=2)
        assert any("3 of 4 validators must run" in problem for problem in found), found
        # A daemon that is killed while nothing moves loses nothing either.
        await alliance.kill("asker")
        await alliance.start("asker")
        await asyncio.sleep(5)
        await network.start(3, 4)
        await network.until(lambda heads: min(heads) > head + 3)

        state = await alliance.settled("asker", patient)
        assert answered(state)
        assert sum(result.state is Finding.HIT for result in state.results) == 2
        late = await alliance.settled("asker", short)
        assert not answered(late), "the chain's first block after the halt is behind this deadline"
        for name in NODES:
            assert (await alliance.status_until(name, lambda one: not one.problems)).open_answers == 0
        assert (await alliance.ledger_at(1)).conserved
