"""Makes what a network starts from: keys, first block, folders, ports. Nothing runs yet."""

import json
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Final

import msgspec

from oracle.chain.files import PRIVATE, write_atomically
from oracle.chain.network.folder import HOST, VERSION, NetworkFolder, NetworkRecord, NodeEntry, NodePlace
from oracle.chain.network.genesis import NetworkRules, clique_genesis
from oracle.chain.network.geth import configuration, first_command
from oracle.chain.network.processes import run_to_end
from oracle.crypto.keystore import create_folder, write_new, write_secret
from oracle.crypto.node_identity import node_id
from oracle.crypto.signing import Signer, generate_signing_key

CLIQUE: Final = "clique"
_PORTS: Final = 4
"""Of a node: for peers, HTTP, WebSocket, and the engine that nobody uses here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """What somebody who founds a network decides."""

    validators: int = 4
    chain_id: int = 20_261_124
    period_s: int = 2
    gas_limit: int = 60_000_000


def make_network(folder: NetworkFolder, plan: NetworkPlan, client: Path) -> NetworkRecord:
    """Keys and first block of a network whose every validator is on this machine."""
    folder.root.mkdir(parents=True, exist_ok=True)
    ports = _free_ports(_PORTS * plan.validators)
    nodes = tuple(
        _make_node(folder, f"node{number}", ports[_PORTS * (number - 1) : _PORTS * number])
        for number in range(1, plan.validators + 1)
    )
    rules = NetworkRules(
        chain_id=plan.chain_id,
        period_s=plan.period_s,
        gas_limit=plan.gas_limit,
        timestamp=int(time.time()),
    )
    genesis = clique_genesis(rules, [node.account for node in nodes])
    folder.genesis.write_text(json.dumps(genesis, indent=2) + "\n")
    record = NetworkRecord(
        version=VERSION,
        consensus=CLIQUE,
        chain_id=plan.chain_id,
        period_s=plan.period_s,
        gas_limit=plan.gas_limit,
        founders=plan.validators,
        nodes=nodes,
    )
    for node in nodes:
        prepare(folder, record, node, client)
    folder.write(record)  # last: a network whose making was cut off does not exist
    return record


def add_node(folder: NetworkFolder, record: NetworkRecord, client: Path) -> NetworkRecord:
    """One more node, which follows the chain and seals once the validators have voted for it."""
    node = _make_node(folder, f"node{len(record.nodes) + 1}", _free_ports(_PORTS))
    grown = msgspec.structs.replace(record, nodes=(*record.nodes, node))
    prepare(folder, grown, node, client)
    folder.write(grown)
    return grown


def prepare(folder: NetworkFolder, record: NetworkRecord, node: NodeEntry, client: Path) -> None:
    """The node's configuration and first block."""
    place = folder.place(node)
    place.configuration.write_text(configuration([peer for peer in record.nodes if peer != node]))
    run_to_end(first_command(client, place, folder.genesis), place)


def _make_node(folder: NetworkFolder, name: str, ports: Sequence[int]) -> NodeEntry:
    place = NodePlace(folder.root / name)
    if place.root.exists():
        shutil.rmtree(place.root)  # left of a making that was cut off: no record names it
    create_folder(place.root)
    create_folder(place.data / "keystore")
    create_folder(place.data / "geth")
    sealing, identity = generate_signing_key(), generate_signing_key()
    passphrase = secrets.token_hex(32)
    write_atomically(place.password, passphrase.encode() + b"\n", PRIVATE)
    # A random pass phrase cannot be guessed: the work that slows guessing would only slow the start.
    write_secret(
        place.data / "keystore" / "validator.json", sealing, passphrase, work_factor=2, is_account=True
    )
    write_new(place.data / "geth" / "nodekey", identity.hex().encode())
    return NodeEntry(
        name=name,
        validator=Signer(sealing).address,
        node_id=node_id(identity),
        peer_port=ports[0],
        rpc_port=ports[1],
        ws_port=ports[2],
        engine_port=ports[3],
    )


def _free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now, all different."""
    probes = [socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
