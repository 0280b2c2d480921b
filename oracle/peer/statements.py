"""Signed statements as they travel: big-endian fixed-width fields in struct order, then the signature."""

import struct
from struct import Struct
from typing import Any, Final

from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Mode, Outcome, Receipt, ReplyHead, Request
from oracle.domain.query import MAX_BATCH
from oracle.domain.settlement import Signed
from oracle.peer.errors import StatementFieldWrong, StatementLengthWrong, WireBroken

SIGNATURE_SIZE: Final = 65
NONCE_BITS: Final = 128
_NO_HASH: Final = bytes(32)
_MAX_BUCKET_BITS: Final = 32

_REQUEST: Final = Struct(">BQ16s32sIH32sQQQ32s")
_REPLY_HEAD: Final = Struct(">32sQQ32sQ32sBIQ32s")
_RECEIPT: Final = Struct(">32sQBH32s")

REQUEST_SIZE: Final = _REQUEST.size + SIGNATURE_SIZE
REPLY_HEAD_SIZE: Final = _REPLY_HEAD.size + SIGNATURE_SIZE
RECEIPT_SIZE: Final = _RECEIPT.size + SIGNATURE_SIZE


def encode_request(signed: Signed[Request]) -> bytes:
    request = signed.value
    if request.nonce >> NONCE_BITS:
        raise WireBroken("the nonce of a request has 128 bits")
    return _pack(
        _REQUEST,
        signed.signature,
        request.mode,
        request.requester,
        request.nonce.to_bytes(NONCE_BITS // 8),
        request.elements_hash,
        request.count,
        request.purpose,
        request.case_commitment,
        request.issued_at,
        request.deadline,
        request.reference_block,
        request.reference_block_hash,
    )


def parse_request(data: bytes) -> Signed[Request]:
    fields, signature = _unpack(_REQUEST, data)
    mode, requester, nonce, elements_hash, count, purpose, case, issued, deadline, block, block_hash = fields
    _require(mode in set(Mode), "the mode is unknown")
    _require(requester >= 1, "member numbers begin at 1")
    _require(1 <= count <= MAX_BATCH, f"a batch has 1 to {MAX_BATCH} elements")
    _require(
        mode != Mode.COMMITTED or (block == 0 and block_hash == _NO_HASH),
        "a committed request names no reference block",
    )
    request = Request(
        mode=Mode(mode),
        requester=MemberId(requester),
        nonce=int.from_bytes(nonce),
        elements_hash=elements_hash,
        count=count,
        purpose=purpose,
        case_commitment=case,
        issued_at=issued,
        deadline=deadline,
        reference_block=BlockNumber(block),
        reference_block_hash=block_hash,
    )
    return Signed(value=request, signature=signature)


def encode_reply_head(signed: Signed[ReplyHead]) -> bytes:
    head = signed.value
    return _pack(
        _REPLY_HEAD,
        signed.signature,
        head.batch_id,
        head.holder,
        head.snapshot_block,
        head.snapshot_block_hash,
        head.sequence,
        head.root,
        head.bits,
        head.oprf_key_version,
        head.answered_at,
        head.body_digest,
    )


def parse_reply_head(data: bytes) -> Signed[ReplyHead]:
    fields, signature = _unpack(_REPLY_HEAD, data)
    batch_id, holder, block, block_hash, sequence, root, bits, key_version, answered_at, body_digest = fields
    _require(holder >= 1, "member numbers begin at 1")
    _require(key_version >= 1, "key versions begin at 1")
    _require(bits <= _MAX_BUCKET_BITS, "bucket numbers have at most 32 bits")
    head = ReplyHead(
        batch_id=BatchId(batch_id),
        holder=MemberId(holder),
        snapshot_block=BlockNumber(block),
        snapshot_block_hash=block_hash,
        sequence=Sequence(sequence),
        root=root,
        bits=bits,
        oprf_key_version=KeyVersion(key_version),
        answered_at=answered_at,
        body_digest=body_digest,
    )
    return Signed(value=head, signature=signature)


def encode_receipt_statement(signed: Signed[Receipt]) -> bytes:
    receipt = signed.value
    return _pack(
        _RECEIPT,
        signed.signature,
        receipt.batch_id,
        receipt.holder,
        receipt.outcome,
        receipt.reason,
        receipt.body_digest,
    )


def parse_receipt_statement(data: bytes) -> Signed[Receipt]:
    (batch_id, holder, outcome, reason, body_digest), signature = _unpack(_RECEIPT, data)
    _require(holder >= 1, "member numbers begin at 1")
    _require(outcome in set(Outcome), "the outcome is unknown")
    _require((outcome == Outcome.ACCEPTED) == (reason == 0), "a reason is given exactly with a refusal")
    receipt = Receipt(
        batch_id=BatchId(batch_id),
        holder=MemberId(holder),
        outcome=Outcome(outcome),
        reason=reason,
        body_digest=body_digest,
    )
    return Signed(value=receipt, signature=signature)


def _pack(layout: Struct, signature: bytes, *fields: int | bytes) -> bytes:
    # `struct` pads and cuts byte fields without a word: only exact ones may pass.
    try:
        packed = layout.pack(*fields)
    except struct.error as error:
        raise WireBroken("a statement of ours has a number that its field cannot hold") from error
    if layout.unpack(packed) != fields or len(signature) != SIGNATURE_SIZE:
        raise WireBroken("a statement of ours has a field of another length than its format")
    return packed + signature


def _unpack(layout: Struct, data: bytes) -> tuple[tuple[Any, ...], bytes]:
    """The fields as `layout` types them, and the signature."""
    size = layout.size + SIGNATURE_SIZE
    if len(data) != size:
        raise StatementLengthWrong(f"this statement has {size} bytes, not {len(data)}")
    return layout.unpack(data[: layout.size]), data[layout.size :]


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion that stays in
    if not holds:
        raise StatementFieldWrong(otherwise)
