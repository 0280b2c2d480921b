"""First blocks and configurations of private networks, those in `deploy/network` among them."""

import json
import tomllib
from itertools import pairwise
from pathlib import Path

import rlp

from oracle.chain.network.folder import HOST, NetworkRecord, NodeEntry, NodePlace
from oracle.chain.network.genesis import NetworkRules, clique_genesis, qbft_genesis
from oracle.chain.network.geth import configuration, run_command
from oracle.domain.ids import Address

DEPLOY = Path(__file__).parents[3] / "deploy" / "network"
RULES = NetworkRules(chain_id=20_261_124, period_s=2, gas_limit=60_000_000, timestamp=1_764_000_000)
VALIDATORS = tuple(Address("0x" + digit * 40) for digit in "1234")
"""Placeholders, in the files of `deploy/network` as here."""
NODE = NodeEntry(
    name="node1",
    validator=VALIDATORS[0],
    node_id="ab" * 64,
    peer_port=1,
    rpc_port=2,
    ws_port=3,
    engine_port=4,
)
RECORD = NetworkRecord(
    version=2,
    consensus="clique",
    chain_id=7,
    period_s=2,
    gas_limit=60_000_000,
    founders=1,
    nodes=(NODE,),
)


def test_clique_genesis__four_validators__names_them_in_order_between_vanity_and_seal() -> None:
    genesis = clique_genesis(RULES, VALIDATORS[::-1])

    extra = bytes.fromhex(str(genesis["extraData"])[2:])
    assert len(extra) == 32 + 4 * 20 + 65
    assert [extra[at : at + 20] for at in range(32, 112, 20)] == [bytes.fromhex(a[2:]) for a in VALIDATORS]
    assert (extra[:32], extra[112:]) == (bytes(32), bytes(65))
    assert genesis["config"] == {
        **{f"{fork}Block": 0 for fork in ("homestead", "eip150", "eip155", "eip158", "byzantium")},
        **{f"{fork}Block": 0 for fork in ("constantinople", "petersburg", "istanbul", "berlin")},
        "chainId": 20_261_124,
        "clique": {"period": 2, "epoch": 30_000},
    }
    assert "baseFeePerGas" not in genesis


def test_qbft_genesis__four_validators__has_them_in_the_list_that_besu_reads() -> None:
    genesis = qbft_genesis(RULES, VALIDATORS[::-1])

    vanity, validators, votes, round_number, seals = rlp.decode(bytes.fromhex(str(genesis["extraData"])[2:]))
    assert validators == [bytes.fromhex(account[2:]) for account in VALIDATORS]
    assert (vanity, votes, round_number, seals) == (bytes(32), [], b"", [])
    assert bytes.fromhex(str(genesis["mixHash"])[2:]) == b"ctical byzantine fault tolerance"
    config = genesis["config"]
    assert isinstance(config, dict)
    assert config["zeroBaseFee"] is True
    assert config["qbft"]["requesttimeoutseconds"] == 4


def test_deployed_genesis_files__beside_the_code_that_made_them__are_the_same() -> None:
    clique = json.loads((DEPLOY / "geth-clique" / "genesis.json").read_text())
    qbft = json.loads((DEPLOY / "besu-qbft" / "genesis.json").read_text())

    assert clique == clique_genesis(RULES, VALIDATORS)
    assert qbft == qbft_genesis(RULES, VALIDATORS)


def test_deployed_configurations__of_both_clients__look_for_nobody_and_keep_their_doors_shut() -> None:
    clique = tomllib.loads((DEPLOY / "geth-clique" / "config.toml").read_text())["Node"]
    qbft = tomllib.loads((DEPLOY / "besu-qbft" / "config.toml").read_text())

    assert clique["P2P"]["NoDiscovery"] is True
    assert len(clique["P2P"]["StaticNodes"]) == 3
    assert (clique["HTTPHost"], set(clique["HTTPModules"])) == (HOST, {"eth", "net", "web3", "clique"})
    assert (clique["WSHost"], set(clique["WSModules"])) == (HOST, {"eth", "net", "web3"})
    assert (qbft["discovery-enabled"], qbft["rpc-http-host"], qbft["min-gas-price"]) == (False, HOST, 0)
    assert set(qbft["rpc-http-api"]) == {"ETH", "NET", "WEB3", "QBFT"}
    assert (qbft["rpc-ws-enabled"], qbft["rpc-ws-host"]) == (True, HOST)
    assert set(qbft["rpc-ws-api"]) == {"ETH", "NET", "WEB3"}


def test_configuration__of_a_node__names_its_peers_and_switches_discovery_off() -> None:
    p2p = tomllib.loads(configuration([NODE]))["Node"]["P2P"]

    assert p2p == {
        "NoDiscovery": True,
        "StaticNodes": [f"enode://{'ab' * 64}@{HOST}:1?discport=0"],
        "TrustedNodes": [f"enode://{'ab' * 64}@{HOST}:1?discport=0"],
    }


def test_command__of_a_node__listens_on_loopback_and_keeps_every_state() -> None:
    command = run_command(Path("/opt/geth"), RECORD, NODE, NodePlace(Path("/srv/node1")))

    options = dict(pairwise(command))
    assert {options[name] for name in ("--http.addr", "--ws.addr", "--authrpc.addr")} == {HOST}
    assert options["--netrestrict"] == f"{HOST}/32"
    assert (options["--gcmode"], options["--syncmode"]) == ("archive", "full")
    assert (options["--miner.etherbase"], options["--networkid"]) == (VALIDATORS[0], "7")
    assert (options["--ws.port"], options["--ws.api"]) == ("3", "eth,net,web3")
