"""The body of a query envelope: the elements, the same bytes for all holders."""

from collections.abc import Sequence

from oracle.domain.query import ELEMENT_SIZE, MAX_BATCH, Element
from oracle.peer import cbor
from oracle.peer.bodies.elements import pack_elements, unpack_elements
from oracle.peer.bodies.fields import read_body, read_bytes
from oracle.peer.frames import frame

_ELEMENTS = 1


def encode_envelope(elements: Sequence[Element]) -> bytes:
    return frame(cbor.encode({_ELEMENTS: pack_elements(elements)}))


def decode_envelope(framed: bytes) -> tuple[Element, ...]:
    (packed,) = read_body(framed, _ELEMENTS)
    return unpack_elements(read_bytes(packed, "elements", most=ELEMENT_SIZE * MAX_BATCH))
