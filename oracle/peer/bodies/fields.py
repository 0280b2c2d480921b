"""Reads the fields of a decoded body: types and bounds are checked here once, never again further in."""

from itertools import pairwise
from typing import Final

from oracle.peer import cbor
from oracle.peer.errors import BodyFieldBounds, BodyFieldMissing, BodyFieldType, BodyFieldUnknown
from oracle.peer.frames import unframe

SALT_SIZE: Final = 16
SIGNATURE_SIZE: Final = 65
HASH_SIZE: Final = 32
SALT_KEY: Final = 0
"""Every body but the envelope, which is the same for all holders, begins with a random salt."""

U16, U32, U64 = 16, 32, 64


def read_body(framed: bytes, *keys: int) -> list[object]:
    """The values of a framed map under exactly these keys, in their order."""
    return read_map(cbor.decode(unframe(framed)), *keys)


def read_map(value: object, *keys: int) -> list[object]:
    """The values of a map under exactly these keys, in their order."""
    if not isinstance(value, dict):
        raise BodyFieldType("a body is a map")
    fields: dict[object, object] = value
    for key in keys:
        if key not in fields:
            raise BodyFieldMissing(f"the body lacks field {key}")
    if len(fields) != len(keys):
        raise BodyFieldUnknown("the body has a field that this version does not know")
    return [fields[key] for key in keys]


def read_salt(value: object) -> bytes:
    return read_bytes(value, "salt", exactly=SALT_SIZE)


def read_uint(value: object, name: str, *, bits: int, least: int = 0, most: int | None = None) -> int:
    if not isinstance(value, int):
        raise BodyFieldType(f"{name} must be an unsigned integer")
    limit = (1 << bits) - 1 if most is None else most
    if not least <= value <= limit:
        raise BodyFieldBounds(f"{name} must be between {least} and {limit}")
    return value


def read_bytes(value: object, name: str, *, exactly: int | None = None, most: int | None = None) -> bytes:
    if not isinstance(value, bytes):
        raise BodyFieldType(f"{name} must be a byte string")
    if exactly is not None and len(value) != exactly:
        raise BodyFieldBounds(f"{name} must have {exactly} bytes, not {len(value)}")
    if most is not None and len(value) > most:
        raise BodyFieldBounds(f"{name} must have at most {most} bytes, not {len(value)}")
    return value


def read_chunks(value: object, name: str, *, size: int, most: int) -> tuple[bytes, ...]:
    """Equal pieces of one byte string, at most `most` of them."""
    data = read_bytes(value, name, most=size * most)
    if len(data) % size:
        raise BodyFieldBounds(f"{name} must be whole pieces of {size} bytes")
    return tuple(data[start : start + size] for start in range(0, len(data), size))


def read_text(value: object, name: str, *, most: int) -> str:
    if not isinstance(value, str):
        raise BodyFieldType(f"{name} must be text")
    if len(value) > most:
        raise BodyFieldBounds(f"{name} must have at most {most} characters, not {len(value)}")
    return value


def read_list(value: object, name: str, *, most: int, least: int = 0) -> list[object]:
    if not isinstance(value, list):
        raise BodyFieldType(f"{name} must be an array")
    if not least <= len(value) <= most:
        raise BodyFieldBounds(f"{name} must have {least} to {most} entries, not {len(value)}")
    return value


def read_row(value: object, name: str, *, columns: int) -> list[object]:
    """An array of fixed length: the fields of one entry."""
    return read_list(value, name, least=columns, most=columns)


def require_ascending(numbers: list[int], name: str) -> None:
    """Strictly ascending, so that a list has one encoding and no entry twice."""
    if any(second <= first for first, second in pairwise(numbers)):
        raise BodyFieldBounds(f"{name} must be strictly ascending")
