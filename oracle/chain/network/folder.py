"""The folder of a private network on one machine: its description, and a folder for each node."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from oracle.chain.files import write_atomically
from oracle.chain.network.errors import NetworkMissing
from oracle.domain.ids import Address

VERSION: Final = 2
"""2 gave each node a port for WebSocket."""
HOST: Final = "127.0.0.1"


class NodeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One node, as it stands in `network.json`; nothing in it is secret."""

    name: str
    validator: str
    """Address of the key that it seals with."""
    node_id: str
    peer_port: int
    rpc_port: int
    ws_port: int
    engine_port: int

    @property
    def account(self) -> Address:
        return Address(self.validator)

    @property
    def rpc(self) -> str:
        return f"http://{HOST}:{self.rpc_port}"

    @property
    def ws(self) -> str:
        """Announces new blocks."""
        return f"ws://{HOST}:{self.ws_port}"

    @property
    def enode(self) -> str:
        return f"enode://{self.node_id}@{HOST}:{self.peer_port}?discport=0"


class NetworkRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What `network.json` says. The first `founders` nodes are the signers of the genesis."""

    version: int
    consensus: str
    chain_id: int
    period_s: int
    gas_limit: int
    founders: int
    nodes: tuple[NodeEntry, ...]

    def node(self, name: str) -> NodeEntry:
        for entry in self.nodes:
            if entry.name == name:
                return entry
        names = ", ".join(entry.name for entry in self.nodes)
        raise NetworkMissing(f"This network has no node '{name}'; it has {names}")


class _Versioned(msgspec.Struct, frozen=True):
    """What every version of the description has."""

    version: int


@dataclass(frozen=True, slots=True)
class NodePlace:
    """Where one node keeps what."""

    root: Path

    @property
    def data(self) -> Path:
        """The client's own folder: blocks, state, key files."""
        return self.root / "data"

    @property
    def password(self) -> Path:
        return self.root / "password"

    @property
    def configuration(self) -> Path:
        return self.root / "config.toml"

    @property
    def log(self) -> Path:
        return self.root / "node.log"

    @property
    def pid(self) -> Path:
        return self.root / "node.pid"


@dataclass(frozen=True, slots=True)
class NetworkFolder:
    root: Path

    @property
    def record_path(self) -> Path:
        return self.root / "network.json"

    @property
    def genesis(self) -> Path:
        return self.root / "genesis.json"

    @property
    def exists(self) -> bool:
        return self.record_path.exists()

    def place(self, node: NodeEntry) -> NodePlace:
        return NodePlace(self.root / node.name)

    def read(self) -> NetworkRecord:
        """Raises NetworkMissing."""
        try:
            written = self.record_path.read_bytes()
            version = msgspec.json.decode(written, type=_Versioned).version
            if version != VERSION:
                raise NetworkMissing(
                    f"{self.record_path} has version {version}, not {VERSION}: another release made it. "
                    "Stop and wipe it with that one, or remove the folder once its nodes have ended"
                )
            return msgspec.json.decode(written, type=NetworkRecord)
        except FileNotFoundError:
            raise NetworkMissing(
                f"There is no network in {self.root}; make one with `riskmesh chain network up`"
            ) from None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise NetworkMissing(f"{self.record_path} cannot be read: {error}") from error

    def write(self, record: NetworkRecord) -> None:
        write_atomically(self.record_path, msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
