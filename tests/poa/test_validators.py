"""Validators follow membership on a real network: one is added and others dropped by the operators' votes."""

import json
from pathlib import Path

import pytest
from stage.alliance import Ran
from stage.private_network import NetworkedAlliance, PrivateNetwork, networked_alliance

from oracle.chain.network.folder import NodeEntry
from oracle.chain.network.making import add_node
from oracle.chain.network.node_calls import accounts
from oracle.chain.network.running import RunningNetwork, calls
from oracle.domain.ids import Address

pytestmark = [pytest.mark.poa, pytest.mark.timeout(1200)]

NODES = {"asker": (1,), "north": (2,), "south": (3,)}


async def signers(node: NodeEntry) -> tuple[Address, ...]:
    async with calls(node.rpc) as asked:
        return accounts(await asked.tell("clique_getSigners"), "signers")


class Operators:
    """Who run `riskmesh chain validators`, each on its own node."""

    def __init__(self, alliance: NetworkedAlliance, listed: Path) -> None:
        self.alliance = alliance
        self.listed = listed

    async def run(self, node: NodeEntry, *options: str) -> Ran:
        return await self.alliance.run(
            "asker",
            *("chain", "validators", "--rpc", node.rpc, "--validators", self.listed, "--json"),
            *("--deployment", self.alliance.work / "deployment.json", *options),
        )

    async def all_cast(self, nodes: tuple[NodeEntry, ...]) -> list[list[str]]:
        said = []
        for node in nodes:
            ran = await self.run(node, "--cast")
            assert ran.code == 0, ran.err
            said.append([ballot["said"] for ballot in ran.json()["cast"]])
        return said


async def grown(network: PrivateNetwork) -> NodeEntry:
    """A fifth node, which follows and does not seal."""
    folder = network.running.folder
    record = add_node(folder, network.running.record, network.client)
    network.running = RunningNetwork(folder=folder, record=record)
    await network.start(5)
    return record.nodes[-1]


async def test_validators__a_member_changes_its_node_and_two_have_no_member__follow_by_vote(
    network: PrivateNetwork, tmp_path: Path
) -> None:
    first = network.nodes
    async with networked_alliance(network, nodes=NODES, publish=False) as alliance:
        new = await grown(network)
        await network.grow(1)  # until the new one has caught up, too
        listed = tmp_path / "validators.json"
        named = {"1": first[0].validator, "2": first[1].validator, "3": new.validator}
        listed.write_text(json.dumps({"version": 1, "validators": named}))
        operators = Operators(alliance, listed)

        report = (await operators.run(first[0])).json()
        assert [line["advice"] for line in report["lines"]] == ["keep", "keep", "add", "drop", "drop"]
        assert (report["consensus"], report["votes_needed"], report["cast"]) == ("Clique", 3, [])
        assert report["votes"] == {new.validator: True}
        refused = await operators.run(new, "--cast")
        assert (refused.code, "not_a_validator" in refused.err) == (1, True)

        added = [f"Cast: add {new.validator}"]
        # Repeated before a majority has voted, it changes nothing; three of four are one.
        assert await operators.all_cast((first[0], first[0])) == [added, []]
        assert await operators.all_cast(first[1:3]) == [added, added]
        while len(await signers(first[0])) != 5:
            await network.grow(1, 1)
        await network.grow(5, 1, 5)

        # The first vote has passed: it is taken back, and whoever has no member is dropped.
        strangers = {first[2].validator, first[3].validator}
        for said in await operators.all_cast((first[0], first[1], new)):
            assert set(said) >= {f"Cast: drop {account}" for account in strangers}
        while len(await signers(first[0])) != 3:
            await network.grow(1, 1)

        report = (await operators.run(first[0])).json()
        assert set(await signers(new)) == {Address(account) for account in named.values()}
        assert report["votes"] == {}
        assert [line["advice"] for line in report["lines"]] == ["keep"] * 3
        await operators.all_cast((first[0], first[1], new))
        await network.grow(4, 1, 2, 5)
