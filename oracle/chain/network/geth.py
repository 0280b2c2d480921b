"""How go-ethereum is configured and started as a node of a private network: loopback only, peers by name."""

from collections.abc import Sequence
from pathlib import Path

from oracle.chain.network.folder import HOST, NetworkRecord, NodeEntry, NodePlace

_POOL = (
    # Zero is the only price here, so the pool cannot sort by it; these bound what one member may fill.
    *("--txpool.accountslots", "256", "--txpool.globalslots", "16384"),
    *("--txpool.accountqueue", "256", "--txpool.globalqueue", "4096"),
)
_MODULES = "eth,net,web3,clique,admin,miner,debug,txpool"
"""On loopback, for this machine's operator only: `admin`, `miner`, `debug` and `clique` change the node."""
_DAEMONS_MODULES = "eth,net,web3"
"""Over WebSocket: what a daemon asks, and new blocks by subscription; nothing that changes the node."""


def configuration(peers: Sequence[NodeEntry]) -> str:
    """`config.toml`: what the command line cannot say."""
    static = "".join(f'  "{peer.enode}",\n' for peer in peers)
    return (
        "# Who this node speaks to; it looks for nobody else.\n"
        f"[Node.P2P]\nNoDiscovery = true\nStaticNodes = [\n{static}]\nTrustedNodes = [\n{static}]\n"
    )


def first_command(client: Path, place: NodePlace, genesis: Path) -> list[str]:
    """Writes the first block into an empty data folder."""
    return [str(client), "--datadir", str(place.data), "--state.scheme", "hash", "init", str(genesis)]


def run_command(client: Path, network: NetworkRecord, node: NodeEntry, place: NodePlace) -> list[str]:
    """The node in the foreground."""
    return [
        str(client),
        *("--config", str(place.configuration), "--datadir", str(place.data)),
        *("--networkid", str(network.chain_id), "--syncmode", "full", "--state.scheme", "hash"),
        # The state of every block goes to disk at once: a node that is killed keeps its chain.
        *("--gcmode", "archive", "--cache", "128", "--history.transactions", "0", "--snapshot=false"),
        *("--port", str(node.peer_port), "--nat", "none", "--netrestrict", f"{HOST}/32", "--maxpeers", "25"),
        *("--http", "--http.addr", HOST, "--http.port", str(node.rpc_port), "--http.api", _MODULES),
        *("--ws", "--ws.addr", HOST, "--ws.port", str(node.ws_port), "--ws.api", _DAEMONS_MODULES),
        *("--http.vhosts", "localhost", "--authrpc.addr", HOST, "--authrpc.port", str(node.engine_port)),
        *("--ipcdisable", "--rpc.allow-unprotected-txs=false"),
        *("--unlock", node.validator, "--password", str(place.password), "--allow-insecure-unlock"),
        # Without --mine: it seals when it is told to, once it has its peers.
        *("--miner.etherbase", node.validator, "--miner.gaslimit", str(network.gas_limit)),
        # 0 is not taken here ("Sanitizing invalid miner gas price"): it is set by a call after the start.
        *("--miner.gasprice", "1"),
        *_POOL,
        *("--verbosity", "3", "--nousb"),
    ]
