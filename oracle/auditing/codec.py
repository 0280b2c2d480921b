"""Dossiers as files: one line that says what it is, deterministic CBOR, and the digest of both.

The digest at the end is what the accused of a drawn audit puts on the chain, and tells of every damaged byte.
Frames go without the zeros at their end, which are most of them.
"""

import hmac
from typing import ClassVar, Final

from oracle.auditing.dossier import AnchorPlace, Dossier, OpenedElement
from oracle.auditing.part_rows import holder_row, read_holder
from oracle.chain.quantities import checksummed
from oracle.crypto.keccak import keccak256
from oracle.domain.anchors import ProvenPlace
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, BlockNumber
from oracle.domain.query import ELEMENT_SIZE, MAX_BATCH
from oracle.domain.reference import ReferenceBlock
from oracle.peer import cbor
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.fields import (
    HASH_SIZE,
    U32,
    U64,
    read_bytes,
    read_list,
    read_map,
    read_row,
    read_text,
    read_uint,
    require_ascending,
)
from oracle.peer.bodies.receipt import BLIND_SIZE, MAX_SUBJECT
from oracle.peer.errors import BodyFieldBounds, WireRefused
from oracle.peer.statements import REQUEST_SIZE, parse_request

FIRST_LINE: Final = b"riskmesh dossier 1\n"
DIGEST_SIZE: Final = 32
MAX_REFERENCE: Final = 1_000
_CHAIN, _REGISTRY, _REQUEST, _ELEMENTS, _OPENED = 1, 2, 3, 4, 5
_SALT, _CASE, _REFERENCE, _ANCHOR, _HOLDERS = 6, 7, 8, 9, 10
_KEYS: Final = (
    _CHAIN,
    _REGISTRY,
    _REQUEST,
    _ELEMENTS,
    _OPENED,
    _SALT,
    _CASE,
    _REFERENCE,
    _ANCHOR,
    _HOLDERS,
)
_MOST_HOLDERS: Final = 10_000
_MOST_SIBLINGS: Final = 32
_ADDRESS_SIZE: Final = 20


class DossierDamaged(Refused):
    """A file is no dossier, or its bytes are not the ones that its digest was made of."""

    code: ClassVar[str] = "dossier_damaged"


def encode_dossier(dossier: Dossier) -> bytes:
    """The whole file; the same dossier has the same bytes."""
    content = FIRST_LINE + cbor.encode(
        {
            _CHAIN: dossier.chain_id,
            _REGISTRY: bytes.fromhex(dossier.registry[2:]),
            _REQUEST: dossier.request,
            _ELEMENTS: dossier.elements,
            _OPENED: [[one.subject, one.blind] for one in dossier.opened],
            _SALT: dossier.case_salt,
            _CASE: dossier.case_reference,
            _REFERENCE: _reference_row(dossier.reference),
            _ANCHOR: _anchor_row(dossier.anchor),
            _HOLDERS: [holder_row(part) for part in dossier.holders],
        }
    )
    return content + keccak256(content)


def dossier_digest(file: bytes) -> bytes:
    """What stands at the end of the file and, for a drawn audit, on the chain."""
    return file[-DIGEST_SIZE:]


def decode_dossier(file: bytes) -> Dossier:
    """Raises `DossierDamaged`; nothing of what the file says is checked yet."""
    content = file[:-DIGEST_SIZE]
    if not file.startswith(FIRST_LINE):
        raise DossierDamaged("This is no dossier of version 1, and brings none along: it begins otherwise.")
    if not hmac.compare_digest(keccak256(content), dossier_digest(file)):
        raise DossierDamaged(
            "The dossier is damaged: its bytes are not the ones that its digest names. Get it again from "
            "whoever gave it out."
        )
    try:
        return _read(cbor.decode(content[len(FIRST_LINE) :]))
    except WireRefused as error:
        raise DossierDamaged(f"The dossier is not in the form of its version: {error}") from error


def _read(value: object) -> Dossier:
    chain, registry, request, elements, opened, salt, case, reference, anchor, holders = read_map(
        value, *_KEYS
    )
    parts = tuple(read_holder(row) for row in read_list(holders, "the holders", most=_MOST_HOLDERS))
    require_ascending([part.holder for part in parts], "numbers of holders")
    packed = read_bytes(elements, "the elements", most=ELEMENT_SIZE * MAX_BATCH)
    size = len(unpack_elements(packed))
    statement = read_bytes(request, "the request", exactly=REQUEST_SIZE)
    parse_request(statement)
    return Dossier(
        chain_id=read_uint(chain, "the chain", bits=U64),
        registry=checksummed(read_bytes(registry, "the registry", exactly=_ADDRESS_SIZE)),
        request=statement,
        elements=packed,
        opened=_read_all_opened(opened, size),
        case_salt=read_bytes(salt, "the salt", exactly=HASH_SIZE),
        case_reference=read_text(case, "the case reference", most=MAX_REFERENCE),
        reference=_read_reference(reference),
        anchor=_read_anchor(anchor),
        holders=parts,
    )


def _read_all_opened(value: object, size: int) -> tuple[OpenedElement, ...]:
    """All of them, or none: of decoys, whoever asked has nothing that opens them."""
    rows = read_list(value, "openings", most=size)
    if rows and len(rows) != size:
        raise BodyFieldBounds("a dossier opens all of its elements, or none")
    return tuple(map(_read_opened, rows))


def _read_opened(row: object) -> OpenedElement:
    subject, blind = read_row(row, "an opening", columns=2)
    return OpenedElement(
        subject=read_bytes(subject, "the subject", most=MAX_SUBJECT),
        blind=read_bytes(blind, "the blinding scalar", exactly=BLIND_SIZE),
    )


def _reference_row(reference: ReferenceBlock | None) -> list[cbor.Encodable]:
    return [] if reference is None else [reference.number, reference.hash, reference.timestamp]


def _read_reference(value: object) -> ReferenceBlock | None:
    row = read_list(value, "the reference block", most=3)
    if not row:
        return None
    number, block_hash, timestamp = read_row(row, "the reference block", columns=3)
    return ReferenceBlock(
        number=BlockNumber(read_uint(number, "the reference block", bits=U64)),
        hash=read_bytes(block_hash, "its hash", exactly=HASH_SIZE),
        timestamp=read_uint(timestamp, "its time", bits=U64),
    )


def _anchor_row(anchor: AnchorPlace | None) -> list[cbor.Encodable]:
    if anchor is None:
        return []
    place = anchor.place
    siblings: list[cbor.Encodable] = [[hashed, elements] for hashed, elements in place.siblings]
    return [anchor.root, anchor.batches, anchor.elements, place.batch_id, place.index, siblings]


def _read_anchor(value: object) -> AnchorPlace | None:
    row = read_list(value, "the anchor", most=6)
    if not row:
        return None
    root, batches, elements, batch_id, index, siblings = read_row(row, "the anchor", columns=6)
    return AnchorPlace(
        root=read_bytes(root, "the root", exactly=HASH_SIZE),
        batches=read_uint(batches, "the number of batches", bits=U32, least=1),
        elements=read_uint(elements, "the number of elements", bits=U64),
        place=ProvenPlace(
            batch_id=BatchId(read_bytes(batch_id, "the batch", exactly=HASH_SIZE)),
            index=read_uint(index, "the index", bits=U32),
            siblings=tuple(
                _read_sibling(one) for one in read_list(siblings, "the siblings", most=_MOST_SIBLINGS)
            ),
        ),
    )


def _read_sibling(row: object) -> tuple[bytes, int]:
    hashed, elements = read_row(row, "a sibling", columns=2)
    return read_bytes(hashed, "a hash", exactly=HASH_SIZE), read_uint(elements, "elements", bits=U64)
