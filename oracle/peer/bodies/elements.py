"""Elements of a batch as 37 bytes each, and the hash that the signed request names."""

from collections.abc import Sequence

from oracle.crypto.keccak import keccak256
from oracle.domain.query import ELEMENT_SIZE, MAX_BATCH, Element
from oracle.peer.errors import BodyFieldBounds

BLINDED_SIZE = 32
MAX_PREFIX_BITS = 32


def pack_elements(elements: Sequence[Element]) -> bytes:
    """`B (32) || uint8 p || uint32 prefix` (right-aligned) for each, in order."""
    return b"".join(
        element.blinded + element.prefix_bits.to_bytes(1) + element.prefix.to_bytes(4) for element in elements
    )


def unpack_elements(data: bytes) -> tuple[Element, ...]:
    """One to 1,000 elements; whether each `B` is a valid point is for the crypto room to say."""
    count, rest = divmod(len(data), ELEMENT_SIZE)
    if rest or not 1 <= count <= MAX_BATCH:
        raise BodyFieldBounds(f"elements must be 1 to {MAX_BATCH} pieces of {ELEMENT_SIZE} bytes")
    return tuple(_unpack(data[start : start + ELEMENT_SIZE]) for start in range(0, len(data), ELEMENT_SIZE))


def elements_hash(packed: bytes) -> bytes:
    """keccak256 over the packed elements, 32 bytes."""
    return keccak256(packed)


def _unpack(piece: bytes) -> Element:
    bits, prefix = piece[BLINDED_SIZE], int.from_bytes(piece[BLINDED_SIZE + 1 :])
    if bits > MAX_PREFIX_BITS or prefix >> bits:
        raise BodyFieldBounds("a prefix has more bits than its stated length")
    return Element(blinded=piece[:BLINDED_SIZE], prefix_bits=bits, prefix=prefix)
