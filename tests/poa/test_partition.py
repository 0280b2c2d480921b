"""Two halves that do not reach each other, and what becomes of it when they do again."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from stage.one_truth import expect_one_truth
from stage.private_network import (
    FINALITY,
    PERIOD_S,
    PrivateNetwork,
    networked_alliance,
)

from oracle.chain.network.diagnosis import problems
from oracle.chain.network.rejoining import rejoin
from oracle.chain.network.running import calls
from oracle.domain.reports import HolderState, RawSubject

pytestmark = [pytest.mark.poa, pytest.mark.timeout(1200)]

Half = tuple[int, int]
TRIES = 6


def in_turn(network: PrivateNetwork) -> list[int]:
    """The nodes in the order in which Clique gives them their turns: by address."""
    return sorted(range(1, 5), key=lambda number: network.node(number).validator.lower())


async def depths(network: PrivateNetwork, heads: list[int]) -> list[int]:
    """How many blocks each node has behind the last one that all have."""
    common = min(heads)
    while len({await network.hash_of(number, common) for number in (1, 2, 3, 4)}) > 1:
        common -= 1
    return [head - common for head in heads]


async def test_partition__two_and_two__heals_and_every_members_accounts_are_those_of_the_chain(
    network: PrivateNetwork,
) -> None:
    turns = in_turn(network)
    # Every other one in turn: one half's end always weighs more, so healing needs nobody.
    halves: tuple[Half, Half] = (turns[0], turns[2]), (turns[1], turns[3])
    nodes = {"asker": (halves[0][0],), "north": (halves[0][1],), "south": (halves[1][0],)}
    async with networked_alliance(network, nodes=nodes) as alliance:
        network.part(*halves)
        async with alliance.of("asker").client() as client:
            # Sealed on one half only, and on that one for as long as the partition lasts.
            asked = await client.submit(
                (RawSubject(type="domain", value="both.example"),),
                purpose=None,
                case_reference="",
                deadline_s=3_000,
            )
        heads = await network.stand_still(1, 2, 3, 4)
        reorganised = await depths(network, heads)
        assert max(reorganised) < FINALITY, "more blocks than a half of the validators may seal"

        await network.join(*halves)
        await network.until(lambda now: min(now) > max(heads) + FINALITY)
        await network.agree()
        state = await alliance.settled("asker", asked.query_id)

        assert {line.state for line in state.holders} == {HolderState.ANSWERED}
        await expect_one_truth(alliance, network)


async def test_partition__ends_of_equal_weight__stand_still_until_one_half_gives_up_its_own(
    network: PrivateNetwork,
) -> None:
    turns = in_turn(network)
    halves: tuple[Half, Half] = (turns[0], turns[1]), (turns[2], turns[3])
    heads = await tied(network, halves)
    found = problems(await network.running.health(), signers=4, period_s=PERIOD_S)
    assert any("branches that wait for each other" in problem for problem in found), found

    given_up = []
    for number in halves[1]:
        async with calls(network.node(number).rpc) as own, calls(network.node(halves[0][0]).rpc) as other:
            given_up.append(await rejoin(own, other, still_s=10))

    assert {each.dropped for each in given_up} <= {1, 2}
    await network.until(lambda now: min(now) > max(heads) + FINALITY)
    await network.agree()


async def tied(network: PrivateNetwork, halves: tuple[Half, Half]) -> list[int]:
    """Part and join until both halves have sealed ends of equal weight; the heads that stand still."""
    for _ in range(TRIES):
        await just_sealed(network, lambda number: number % 4 in {0, 2})
        network.part(*halves)
        heads = await network.stand_still(1, 2, 3, 4)
        await network.join(*halves)
        try:
            async with asyncio.timeout(20 * PERIOD_S):
                await network.until(partial(_beyond, max(heads)))
        except TimeoutError:
            return heads
    pytest.fail(f"no tie in {TRIES} partitions")


def _beyond(block: int, heads: list[int]) -> bool:
    return min(heads) > block


async def just_sealed(network: PrivateNetwork, wanted: Callable[[int], bool]) -> None:
    """Return at the moment of a block of a wanted number: what each half may seal follows from its turn."""
    await network.grow(4)
    before = await network.head(1)
    while (now := await network.head(1)) == before or not wanted(now):
        before = now
        await asyncio.sleep(0.05)
