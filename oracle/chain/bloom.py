"""Bloom filters of block headers: they show that logs were left out of an answer (yellow paper, 4.4.1)."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from oracle.chain.answers import RawLog
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address

_BITS = 2_047


@lru_cache(maxsize=4_096)
def _mask(item: bytes) -> int:
    digest = int.from_bytes(keccak256(item)[:6])
    return 1 << (digest >> 32 & _BITS) | 1 << (digest >> 16 & _BITS) | 1 << (digest & _BITS)


@lru_cache(maxsize=1_024)
def _mask_of(address: Address, topic: bytes) -> int:
    return _mask(bytes.fromhex(address[2:])) | _mask(topic)


def bloom_of(logs: Iterable[RawLog]) -> int:
    """The filter that a block with exactly these logs has."""
    bits = 0
    for log in logs:
        topics = log.topics
        bits |= _mask_of(log.address, topics[0]) if topics else _mask(bytes.fromhex(log.address[2:]))
        for topic in topics[1:]:
            bits |= _mask(topic)
    return bits


def may_hold(bloom: int, events: Collection[tuple[Address, bytes]]) -> bool:
    """Whether the block may have a log of one of these (contract, first topic); False is certain."""
    for address, topic in events:
        mask = _mask_of(address, topic)
        if bloom & mask == mask:
            return True
    return False
