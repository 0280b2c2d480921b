"""What a node answers, parsed once: hostile until its shape is checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from oracle.chain.errors import NodeUnreliable
from oracle.chain.quantities import WORD, address, data, quantity
from oracle.domain.ids import Address, BlockNumber

_MAX_TOPICS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The part of a block header that we rely on."""

    number: BlockNumber
    hash: bytes
    parent_hash: bytes
    timestamp: int
    """Unix seconds."""
    fee_floor_wei: int
    """Lowest gas price that the block took; 0 on chains before or without a base fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLog:
    """A log as the node sent it, position included."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: BlockNumber
    block_hash: bytes
    tx_hash: bytes
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where and how a transaction was mined."""

    tx_hash: bytes
    block_number: BlockNumber
    block_hash: bytes
    succeeded: bool
    gas_used: int
    contract: Address | None


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _fields(value: object, what: str) -> Mapping[str, object]:
    if not _is_object(value):
        raise NodeUnreliable(f"The node's {what} is not an object")
    return value


def parse_block(value: object) -> Block:
    fields = _fields(value, "block")
    fee = fields.get("baseFeePerGas")
    return Block(
        number=BlockNumber(quantity(fields.get("number"), "block number")),
        hash=data(fields.get("hash"), "block hash", WORD),
        parent_hash=data(fields.get("parentHash"), "parent hash", WORD),
        timestamp=quantity(fields.get("timestamp"), "block timestamp"),
        fee_floor_wei=0 if fee is None else quantity(fee, "base fee"),
    )


def parse_log(value: object) -> RawLog:
    fields = _fields(value, "log")
    if fields.get("removed") is True:
        raise NodeUnreliable("The node sent a removed log in answer to eth_getLogs")
    topics = fields.get("topics")
    if not isinstance(topics, list) or len(topics) > _MAX_TOPICS:
        raise NodeUnreliable("The node's log has no list of at most four topics")
    return RawLog(
        address=address(fields.get("address"), "log address"),
        topics=tuple(data(topic, "log topic", WORD) for topic in topics),
        data=data(fields.get("data"), "log data"),
        block_number=BlockNumber(quantity(fields.get("blockNumber"), "log's block number")),
        block_hash=data(fields.get("blockHash"), "log's block hash", WORD),
        tx_hash=data(fields.get("transactionHash"), "log's transaction hash", WORD),
        index=quantity(fields.get("logIndex"), "log index"),
    )


def parse_logs(value: object) -> tuple[RawLog, ...]:
    if not isinstance(value, list):
        raise NodeUnreliable("The node's answer to eth_getLogs is not a list")
    return tuple(parse_log(entry) for entry in value)


def parse_receipt(value: object, expected: bytes) -> Receipt:
    """Refuses a receipt of another transaction than the `expected` hash."""
    fields = _fields(value, "receipt")
    tx_hash = data(fields.get("transactionHash"), "receipt's transaction hash", WORD)
    if tx_hash != expected:
        raise NodeUnreliable("The node answered with the receipt of another transaction")
    contract = fields.get("contractAddress")
    return Receipt(
        tx_hash=tx_hash,
        block_number=BlockNumber(quantity(fields.get("blockNumber"), "receipt's block number")),
        block_hash=data(fields.get("blockHash"), "receipt's block hash", WORD),
        succeeded=quantity(fields.get("status"), "receipt's status") == 1,
        gas_used=quantity(fields.get("gasUsed"), "gas used"),
        contract=None if contract is None else address(contract, "contract address"),
    )
