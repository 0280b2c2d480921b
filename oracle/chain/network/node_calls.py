"""What an operator asks and tells its own node: signers, votes, peers, price, and going back to a block."""

from collections.abc import Mapping
from dataclasses import dataclass

from oracle.chain.errors import NodeRefused, NodeUnreliable
from oracle.chain.node import Node
from oracle.chain.quantities import address, quantity
from oracle.domain.ids import Address, BlockNumber

_METHOD_NOT_FOUND = -32601


@dataclass(frozen=True, slots=True)
class NodeCalls:
    """Beyond `Node`, which every daemon uses: these methods belong on loopback."""

    node: Node

    async def tell(self, method: str, *params: object) -> object:
        return await self.node.transport.call(method, *params)

    async def knows(self, method: str, *params: object) -> bool:
        """Whether the node has this method at all."""
        try:
            await self.tell(method, *params)
        except NodeRefused as error:
            return error.number != _METHOD_NOT_FOUND
        return True

    async def sealing_account(self) -> Address | None:
        """The account that the node seals with; None when it has none."""
        try:
            return address(await self.tell("eth_coinbase"), "coinbase")
        except NodeRefused:
            return None

    async def take_free_transactions(self) -> None:
        """Go-ethereum replaces a configured price of 0 by a gigawei; only this call sets 0."""
        await self.tell("miner_setGasPrice", "0x0")

    async def stop_sealing(self) -> None:
        await self.tell("miner_stop")

    async def start_sealing(self) -> None:
        await self.tell("miner_start")

    async def enode(self) -> str:
        """The address under which other nodes connect to this one."""
        return _text(await self.tell("admin_nodeInfo"), "enode")

    async def peers(self) -> tuple[str, ...]:
        """Addresses of the nodes that this one is connected to."""
        found = await self.tell("admin_peers")
        if not isinstance(found, list):
            raise NodeUnreliable("The node's peers are not a list")
        return tuple(_text(peer, "enode") for peer in found)

    async def add_peer(self, enode: str) -> None:
        await self.tell("admin_addPeer", enode)

    async def remove_peer(self, enode: str) -> None:
        await self.tell("admin_removeTrustedPeer", enode)
        await self.tell("admin_removePeer", enode)

    async def peer_count(self) -> int:
        return quantity(await self.tell("net_peerCount"), "peer count")

    async def go_back_to(self, block: BlockNumber) -> None:
        """Drops every block after this one from the node's chain."""
        await self.tell("debug_setHead", hex(block))


def accounts(value: object, what: str) -> tuple[Address, ...]:
    """A list of addresses, in ascending order."""
    if not isinstance(value, list):
        raise NodeUnreliable(f"The node's {what} is not a list")
    return tuple(sorted((address(entry, what) for entry in value), key=str.lower))


def ballots(value: object, what: str) -> Mapping[Address, bool]:
    """Addresses with True for a vote to add, False for one to drop."""
    if not isinstance(value, dict):
        raise NodeUnreliable(f"The node's {what} is not an object")
    return {address(account, what): bool(add) for account, add in value.items()}


def _text(value: object, field: str) -> str:
    found = value.get(field) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise NodeUnreliable(f"The node's answer has no {field}")
    return found
