"""The network itself: who seals, what its blocks look like, and that killing nodes loses nothing."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from stage.private_network import VALIDATORS, PrivateNetwork

from oracle.chain.errors import NodeRefused
from oracle.chain.network.client import find_client
from oracle.chain.network.running import calls

pytestmark = [pytest.mark.poa, pytest.mark.timeout(300)]

ONE_SEAL = 32 + 65
"""Vanity and signature: three times what Ethereum's rules allow."""


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)  # noqa: S603 - ours


def riskmesh(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "oracle.cli", *arguments)


async def test_validators__four_on_one_machine__all_seal_and_pay_nothing(network: PrivateNetwork) -> None:
    await network.grow(2 * VALIDATORS)

    async with calls(network.node(1).rpc) as asked:
        heads = range(1, 2 * VALIDATORS + 1)
        signers = {await asked.tell("clique_getSigner", hex(number)) for number in heads}
        raw = await asked.tell("eth_getBlockByNumber", "0x1", False)
        parsed = await asked.node.block(await asked.node.block_number())
        for tag in ("finalized", "safe"):  # Clique names neither
            with pytest.raises(NodeRefused, match=f"{tag} block not found"):
                await asked.tell("eth_getBlockByNumber", tag, False)
        peers = await asked.peer_count()

    assert signers == {node.validator.lower() for node in network.nodes}
    assert isinstance(raw, dict)
    assert len(bytes.fromhex(raw["extraData"][2:])) == ONE_SEAL
    assert (parsed.fee_floor_wei, peers) == (0, VALIDATORS - 1)


async def test_nodes__all_killed_at_once__go_on_from_the_blocks_that_they_had(
    network: PrivateNetwork,
) -> None:
    await network.grow(4)
    low = min([await network.head(number) for number in (1, 2, 3, 4)]) - 2
    before = await network.hash_of(1, low)

    network.kill(1, 2, 3, 4)
    await network.start(1, 2, 3, 4)

    assert {await network.hash_of(number, low) for number in (1, 2, 3, 4)} == {before}
    await network.grow(2)


def test_deployed_files__read_by_the_client_itself__are_taken(tmp_path: Path) -> None:
    client, files = find_client(), Path(__file__).parents[2] / "deploy" / "network" / "geth-clique"
    data = ("--datadir", str(tmp_path / "data"))

    first = run(client, *data, "--state.scheme", "hash", "init", str(files / "genesis.json"))
    settings = run(client, *data, "--config", str(files / "config.toml"), "dumpconfig")

    assert first.returncode == 0, first.stderr
    assert settings.returncode == 0, settings.stderr
    assert "WARN" not in settings.stderr
    taken = tomllib.loads(settings.stdout[settings.stdout.index("[Eth]") :])
    assert (taken["Eth"]["NetworkId"], taken["Eth"]["NoPruning"]) == (20_261_124, True)
    assert taken["Node"]["HTTPModules"] == ["eth", "net", "web3", "clique"]
    assert (taken["Node"]["WSPort"], taken["Node"]["WSModules"]) == (8546, ["eth", "net", "web3"])


def test_commands__from_up_to_wipe__do_what_they_say(tmp_path: Path) -> None:
    place = ("--network", tmp_path / "net")
    try:
        up = riskmesh("chain", "network", "up", "--validators", "2", "--period", "1", "--json", *place)
        assert up.returncode == 0, up.stderr
        nodes = json.loads(up.stdout)["nodes"]
        assert [(node["name"], node["running"]) for node in nodes] == [("node1", True), ("node2", True)]
        assert len({node["rpc"] for node in nodes} | {node["ws"] for node in nodes}) == 4

        again = riskmesh("chain", "network", "up", "--validators", "2", "--period", "1", *place)
        other = riskmesh("chain", "network", "up", "--validators", "3", "--period", "1", *place)
        assert (again.returncode, other.returncode) == (0, 3)
        assert "network_exists" in other.stderr

        assert "node2" in riskmesh("chain", "network", "stop", "node2", *place).stdout
        status = json.loads(riskmesh("chain", "network", "status", "--json", *place).stdout)
        assert [node["running"] for node in status["nodes"]] == [True, False]
        assert "node2 does not run" in status["problems"]
        assert riskmesh("chain", "network", "start", "node2", *place).returncode == 0

        assert riskmesh("chain", "network", "wipe", *place).returncode == 2
    finally:
        wiped = riskmesh("chain", "network", "wipe", "--yes", *place)
    assert wiped.returncode == 0, wiped.stderr
    assert list((tmp_path / "net").iterdir()) == []
    assert riskmesh("chain", "network", "status", *place).returncode == 3
