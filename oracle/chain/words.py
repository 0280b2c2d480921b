"""Values of one 32-byte word each, as ABI encoding has them: read strictly, without a general decoder.

A history of hundreds of thousands of events is nearly all such values; the general decoder takes most of the
time of catching up and, being lenient about padding, would have to encode again to be strict.
"""

import re
from collections.abc import Callable
from typing import Final

from oracle.chain.errors import LogRefused
from oracle.chain.quantities import WORD, checksummed

_SIZED = re.compile(r"(uint|bytes)(\d+)")
_ADDRESS_GAP = 12

ReadWord = Callable[[bytes], object]


def word_reader(abi_type: str) -> ReadWord | None:
    """Reads a word of this canonical type, or raises LogRefused; None for types of another size."""
    if abi_type == "address":
        return _address
    if abi_type == "bool":
        return _boolean
    found = _SIZED.fullmatch(abi_type)
    if found is None:
        return None
    size = int(found[2])
    return _unsigned(size) if found[1] == "uint" else _octets(size)


def _unsigned(bits: int) -> ReadWord:
    limit: Final = 1 << bits

    def read(word: bytes) -> int:
        value = int.from_bytes(word)
        if value >= limit:
            raise LogRefused(f"A number of a log has more than {bits} bits")
        return value

    return read


def _octets(size: int) -> ReadWord:
    padding: Final = bytes(WORD - size)

    def read(word: bytes) -> bytes:
        if word[size:] != padding:
            raise LogRefused(f"A value of a log has more than {size} bytes")
        return word[:size]

    return read


def _address(word: bytes) -> object:
    if any(word[:_ADDRESS_GAP]):
        raise LogRefused("An address of a log has more than 20 bytes")
    return checksummed(word[_ADDRESS_GAP:])


def _boolean(word: bytes) -> bool:
    value = int.from_bytes(word)
    if value > 1:
        raise LogRefused("A truth value of a log is neither true nor false")
    return value == 1
