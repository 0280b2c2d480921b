"""A contract at an address: calls encoded, and views read at a block that the caller names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from oracle.chain.artifacts import Artifact, load_artifact
from oracle.chain.connection import ChainConnection
from oracle.chain.errors import NodeRefused, NodeUnreliable
from oracle.chain.node import Call, Latest
from oracle.chain.quantities import checksummed
from oracle.chain.reverts import revert_decoder
from oracle.chain.transactions import Order
from oracle.domain.ids import Address, BlockNumber

BlockPin = BlockNumber | Latest
Values = NewType("Values", tuple[object, ...])
"""Decoded outputs in their order; `integer`, `octets` and `account` take them out with their type."""


@dataclass(frozen=True, slots=True)
class Contract:
    address: Address
    artifact: Artifact

    def order(self, function: str, *arguments: object) -> Order:
        """By name, or by signature where the name is overloaded."""
        return Order(to=self.address, data=self.encode(function, *arguments))

    def encode(self, function: str, *arguments: object) -> bytes:
        entry = self.artifact.function(function)
        return entry.selector + encode([parameter.canonical for parameter in entry.inputs], arguments)

    async def read(
        self, connection: ChainConnection, block: BlockPin, function: str, *arguments: object
    ) -> Values:
        """Raises TransactionReverted when the view itself refuses."""
        call = Call(to=self.address, data=self.encode(function, *arguments))
        try:
            answer = await connection.ask(lambda node: node.call(call, block))
        except NodeRefused as error:
            if error.data is None:
                raise
            raise revert_decoder().decode(error.data, function) from error
        types = [parameter.canonical for parameter in self.artifact.function(function).outputs]
        try:
            return Values(decode(types, answer))
        except (DecodingError, UnicodeDecodeError):
            raise NodeUnreliable(
                f"A node's answer to {self.artifact.contract}.{function} is malformed"
            ) from None


def contract_at(name: str, address: Address) -> Contract:
    return Contract(address, load_artifact(name))


def integer(values: Values, index: int = 0) -> int:
    value = values[index]
    if not isinstance(value, int):
        raise NodeUnreliable("A contract's answer is not a number")
    return value


def boolean(values: Values, index: int = 0) -> bool:
    value = values[index]
    if not isinstance(value, bool):
        raise NodeUnreliable("A contract's answer is not a truth value")
    return value


def octets(values: Values, index: int = 0) -> bytes:
    value = values[index]
    if not isinstance(value, bytes):
        raise NodeUnreliable("A contract's answer is not bytes")
    return value


def account(values: Values, index: int = 0) -> Address:
    value = values[index]
    if not isinstance(value, str):
        raise NodeUnreliable("A contract's answer is not an address")
    return checksummed(bytes.fromhex(value.removeprefix("0x")))


def struct(values: Values, index: int = 0) -> Values:
    value = values[index]
    if not isinstance(value, tuple):
        raise NodeUnreliable("A contract's answer is not a struct")
    return Values(value)


def deployment(contract: str, arguments: Sequence[object]) -> Order:
    """Creation code with its constructor's arguments."""
    artifact = load_artifact(contract)
    return Order(to=None, data=artifact.bytecode + encode(artifact.constructor_types(), arguments))
