"""Deterministic CBOR (RFC 8949 section 4.2.1), as narrow as the wire needs it.

Only unsigned integers, byte strings, text, arrays, and maps with unsigned integer keys. The heads are
walked before the library sees the bytes, so that no tag is ever interpreted and a few bytes cannot ask for
much memory; then the decoded value must encode to exactly the same bytes again.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import cbor2

from oracle.peer.errors import (
    CborIndefinite,
    CborKeyForbidden,
    CborMalformed,
    CborNotCanonical,
    CborRefused,
    CborTooDeep,
    CborTooMany,
    CborTrailing,
    CborTypeForbidden,
    WireBroken,
)

Encodable: TypeAlias = "int | bytes | str | Sequence[Encodable] | Mapping[int, Encodable]"

MAX_DEPTH: Final = 8
_SPARE_ITEMS: Final = 16_384
_BYTES_PER_ITEM: Final = 8
"""No honest body is denser than one item in 8 bytes, beyond the spare ones of short answers."""

_UINT, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_DIRECT_ARGUMENTS: Final = 24
_ARGUMENT_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_INDEFINITE: Final = 31


def encode(value: Encodable) -> bytes:
    """Deterministic bytes; a value that no member could decode is our own bug."""
    try:
        data = cbor2.dumps(value, canonical=True)
        _walk(data)
    except (cbor2.CBOREncodeError, CborRefused) as error:
        raise WireBroken("a body of ours holds a value that the wire has no form for") from error
    return data


def decode(data: bytes) -> object:
    """The one value in `data`; whatever is not deterministic CBOR of the allowed types has its own error."""
    _walk(data)
    try:
        value: object = cbor2.loads(data, max_depth=MAX_DEPTH + 1, allow_indefinite=False)
    except cbor2.CBORDecodeError as error:
        raise CborMalformed("the content of a frame is not CBOR") from error
    if cbor2.dumps(value, canonical=True) != data:
        raise CborNotCanonical("the content of a frame is CBOR, but not in its deterministic encoding")
    return value


def _walk(data: bytes) -> None:
    budget = _SPARE_ITEMS + len(data) // _BYTES_PER_ITEM
    position = 0
    # Per open container: how many items it still wants, and whether the next one may be a key.
    open_items: list[int] = [1]
    open_maps: list[bool] = [False]
    while open_items:
        if open_items[-1] == 0:
            open_items.pop()
            open_maps.pop()
            continue
        budget -= 1
        if budget < 0:
            raise CborTooMany("the content of a frame has more items than any honest body of its size")
        major, argument, position = _head(data, position)
        if open_maps[-1] and open_items[-1] % 2 == 0 and major != _UINT:
            raise CborKeyForbidden("keys of maps are unsigned integers")
        open_items[-1] -= 1
        if major in (_BYTES, _TEXT):
            position += argument
            if position > len(data):
                raise CborMalformed("the content of a frame ends inside a string")
        elif major in (_ARRAY, _MAP):
            if len(open_items) > MAX_DEPTH:
                raise CborTooDeep(f"arrays and maps are nested deeper than {MAX_DEPTH}")
            open_items.append(2 * argument if major == _MAP else argument)
            open_maps.append(major == _MAP)
    if position != len(data):
        raise CborTrailing("bytes follow the one value of a frame")


def _head(data: bytes, position: int) -> tuple[int, int, int]:
    """Major type, argument and the position after the head."""
    if position >= len(data):
        raise CborMalformed("the content of a frame ends before its value does")
    major, short = data[position] >> 5, data[position] & 0x1F
    if major not in (_UINT, _BYTES, _TEXT, _ARRAY, _MAP):
        raise CborTypeForbidden("only unsigned integers, byte strings, text, arrays and maps are used here")
    if short < _DIRECT_ARGUMENTS:
        return major, short, position + 1
    if short == _INDEFINITE and major != _UINT:
        raise CborIndefinite("lengths must be definite")
    width = _ARGUMENT_WIDTHS.get(short)
    if width is None or position + 1 + width > len(data):
        raise CborMalformed("the content of a frame has a head that says nothing")
    return major, int.from_bytes(data[position + 1 : position + 1 + width]), position + 1 + width
