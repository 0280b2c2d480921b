"""What a node answers, parsed once: hostile until its shape is checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

import msgspec

from oracle.chain.errors import NodeUnreliable
from oracle.chain.quantities import WORD, address, data, octets, quantity
from oracle.domain.ids import Address, BlockNumber

_MAX_TOPICS = 4
_BLOOM_SIZE = 256


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
    bloom: int | None = None
    """Filter over its logs; None where the client gives none."""
    transactions: tuple[bytes, ...] = ()
    """Their hashes."""


class RawLog(msgspec.Struct, frozen=True, kw_only=True):
    """A log as the node sent it, position included; a struct, since so many are made."""

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


class _Log(msgspec.Struct, rename="camel"):
    """The members of a log as they travel; read by name, since hundreds of thousands come at once."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str
    removed: bool = False


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _fields(value: object, what: str) -> Mapping[str, object]:
    if not _is_object(value):
        raise NodeUnreliable(f"The node's {what} is not an object")
    return value


def parse_block(value: object) -> Block:
    fields = _fields(value, "block")
    fee, bloom = fields.get("baseFeePerGas"), fields.get("logsBloom")
    listed = fields.get("transactions")
    return Block(
        number=BlockNumber(quantity(fields.get("number"), "block number")),
        hash=data(fields.get("hash"), "block hash", WORD),
        parent_hash=data(fields.get("parentHash"), "parent hash", WORD),
        timestamp=quantity(fields.get("timestamp"), "block timestamp"),
        fee_floor_wei=0 if fee is None else quantity(fee, "base fee"),
        bloom=None if bloom is None else int.from_bytes(data(bloom, "bloom filter", _BLOOM_SIZE)),
        transactions=tuple(
            data(each, "transaction hash", WORD) for each in (listed if isinstance(listed, list) else ())
        ),
    )


def parse_logs(value: object) -> tuple[RawLog, ...]:
    try:
        entries = msgspec.convert(value, list[_Log])
    except msgspec.ValidationError:
        raise NodeUnreliable("The node's answer to eth_getLogs is not a list of logs") from None
    return tuple(map(_raw_log, entries))


def _raw_log(log: _Log) -> RawLog:
    if log.removed:
        raise NodeUnreliable("The node sent a removed log in answer to eth_getLogs")
    if len(log.topics) > _MAX_TOPICS:
        raise NodeUnreliable("The node's log has more than four topics")
    return RawLog(
        address=address(log.address, "log address"),
        topics=tuple([octets(topic, "log topic", WORD) for topic in log.topics]),
        data=octets(log.data, "log data"),
        block_number=BlockNumber(quantity(log.block_number, "log's block number")),
        block_hash=octets(log.block_hash, "log's block hash", WORD),
        tx_hash=octets(log.transaction_hash, "log's transaction hash", WORD),
        index=quantity(log.log_index, "log index"),
    )


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
