"""Bloom filters of block headers: they show that logs were left out of an answer (yellow paper, 4.4.1)."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from oracle.chain.answers import RawLog
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address

_BITS = 2_047


def _mask(item: bytes) -> int:
    digest = keccak256(item)
    first = int.from_bytes(digest[0:2]) & _BITS
    second = int.from_bytes(digest[2:4]) & _BITS
    third = int.from_bytes(digest[4:6]) & _BITS
    return (1 << first) | (1 << second) | (1 << third)


@lru_cache(maxsize=1_024)
def _mask_of_address(address: Address) -> int:
    return _mask(bytes.fromhex(address[2:]))


@lru_cache(maxsize=1_024)
def _mask_of_event(topic: bytes) -> int:
    return _mask(topic)


def bloom_of(logs: Iterable[RawLog]) -> int:
    """The filter that a block with exactly these logs has."""
    bits = 0
    for log in logs:
        bits |= _mask_of_address(log.address)
        if log.topics:
            bits |= _mask_of_event(log.topics[0])
            for topic in log.topics[1:]:
                bits |= _mask(topic)
    return bits


def may_hold(bloom: int, events: Collection[tuple[Address, bytes]]) -> bool:
    """Whether the block may have a log of one of these (contract, first topic); False is certain."""
    for address, topic in events:
        mask = _mask_of_address(address) | _mask_of_event(topic)
        if bloom & mask == mask:
            return True
    return False
