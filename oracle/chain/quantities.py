"""Hexadecimal at the edge: JSON-RPC quantities and data parsed strictly, and written back."""

import re
from binascii import unhexlify
from functools import lru_cache
from typing import Final

from oracle.chain.errors import NodeUnreliable
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address

WORD: Final = 32
_ADDRESS_SIZE = 20
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")


def quantity(value: object, what: str) -> int:
    """A `0x…` number of at most 256 bits."""
    if not isinstance(value, str) or _QUANTITY.fullmatch(value) is None:
        raise NodeUnreliable(f"The node's {what} is not a number in hexadecimal")
    return int(value, 16)


def data(value: object, what: str, size: int | None = None) -> bytes:
    """`0x…` bytes, of exactly `size` when it is given."""
    if not isinstance(value, str):
        raise NodeUnreliable(f"The node's {what} is not bytes in hexadecimal")
    return octets(value, what, size)


def octets(value: str, what: str, size: int | None = None) -> bytes:
    """As `data`, of what is known to be text."""
    try:
        decoded = unhexlify(value[2:])
    except ValueError:
        decoded = None
    if decoded is None or value[:2] != "0x":
        raise NodeUnreliable(f"The node's {what} is not bytes in hexadecimal")
    if size is not None and len(decoded) != size:
        raise NodeUnreliable(f"The node's {what} has {len(decoded)} bytes instead of {size}")
    return decoded


def address(value: object, what: str) -> Address:
    return checksummed(data(value, what, _ADDRESS_SIZE))


@lru_cache(maxsize=4_096)
def checksummed(raw: bytes) -> Address:
    """EIP-55 form of 20 bytes: a digit is upper case where that of the hash is at least 8."""
    digits = raw.hex()
    shades = keccak256(digits.encode()).hex()
    cased = (digit.upper() if shade >= "8" else digit for digit, shade in zip(digits, shades, strict=False))
    return Address("0x" + "".join(cased))


def hexadecimal(value: bytes) -> str:
    return "0x" + value.hex()
