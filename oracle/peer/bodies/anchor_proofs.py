"""The body by which a requester proves to a holder that express batches stand in one of its anchors."""

from oracle.domain.anchors import AnchorProofs, ProvenPlace
from oracle.domain.ids import BatchId
from oracle.peer import cbor
from oracle.peer.bodies.fields import (
    HASH_SIZE,
    SALT_KEY,
    U32,
    read_body,
    read_bytes,
    read_list,
    read_row,
    read_salt,
    read_uint,
)
from oracle.peer.frames import frame

_ROOT, _BATCHES, _ELEMENTS, _PLACES = 1, 2, 3, 4
MAX_PLACES = 500
"""In one message; an anchor with more batches of one holder takes several."""
_MAX_DEPTH = 32
_LARGEST_SUM = 2**63 - 1


def encode_anchor_proofs(proofs: AnchorProofs, *, salt: bytes) -> bytes:
    places: list[cbor.Encodable] = [
        [place.batch_id, place.index, [[hashed, elements] for hashed, elements in place.siblings]]
        for place in proofs.places
    ]
    return frame(
        cbor.encode(
            {
                SALT_KEY: salt,
                _ROOT: proofs.root,
                _BATCHES: proofs.batches,
                _ELEMENTS: proofs.elements,
                _PLACES: places,
            }
        )
    )


def decode_anchor_proofs(framed: bytes) -> AnchorProofs:
    salt, root, batches, elements, places = read_body(framed, SALT_KEY, _ROOT, _BATCHES, _ELEMENTS, _PLACES)
    read_salt(salt)
    return AnchorProofs(
        root=read_bytes(root, "the root", exactly=HASH_SIZE),
        batches=read_uint(batches, "the number of batches", bits=U32, least=1),
        elements=read_uint(elements, "the number of elements", bits=64, least=1, most=_LARGEST_SUM),
        places=tuple(_place(row) for row in read_list(places, "the places", most=MAX_PLACES, least=1)),
    )


def _place(row: object) -> ProvenPlace:
    batch_id, index, siblings = read_row(row, "a place", columns=3)
    return ProvenPlace(
        batch_id=BatchId(read_bytes(batch_id, "the batch", exactly=HASH_SIZE)),
        index=read_uint(index, "the index", bits=U32),
        siblings=tuple(_sibling(one) for one in read_list(siblings, "the siblings", most=_MAX_DEPTH)),
    )


def _sibling(row: object) -> tuple[bytes, int]:
    hashed, elements = read_row(row, "a sibling", columns=2)
    return (
        read_bytes(hashed, "a sibling's hash", exactly=HASH_SIZE),
        read_uint(elements, "a sibling's elements", bits=64, most=_LARGEST_SUM),
    )
