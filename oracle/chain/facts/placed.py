"""Where a fact stands on the chain."""

from dataclasses import dataclass

from oracle.domain.ids import BlockNumber


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """Where a fact stands. Facts are ordered by block number and log index."""

    block_number: BlockNumber
    log_index: int
    block_hash: bytes
    block_timestamp: int
    """Unix seconds."""
    tx_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What all facts have."""

    at: Position
