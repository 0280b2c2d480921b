"""The body of a receipt: claims and voucher in a frame whose size depends on the batch's count alone."""

from oracle.domain.messages import Voucher
from oracle.domain.query import MAX_BATCH
from oracle.domain.settlement import ReceiptBody, ReceiptClaim, Signed
from oracle.peer import cbor
from oracle.peer.bodies.fields import (
    SALT_KEY,
    SALT_SIZE,
    SIGNATURE_SIZE,
    U32,
    read_body,
    read_bytes,
    read_list,
    read_row,
    read_salt,
    read_uint,
    require_ascending,
)
from oracle.peer.bodies.vouchers import VOUCHER_BYTES, read_voucher, voucher_row, voucher_signature
from oracle.peer.errors import BodyFieldBounds, FrameSizeWrong, WireBroken
from oracle.peer.frames import frame, size_class_for

_CLAIMS, _VOUCHER, _VOUCHER_SIGNATURE = 1, 2, 3
MAX_SUBJECT = 300
BLIND_SIZE = 32
_CLAIM_BYTES = 1 + 3 + (3 + MAX_SUBJECT) + (2 + BLIND_SIZE) + (2 + SIGNATURE_SIZE)
_FIXED_BYTES = 1 + 4 + (1 + SALT_SIZE) + 3 + VOUCHER_BYTES + (2 + SIGNATURE_SIZE)


def receipt_frame_size(count: int) -> int:
    """The smallest size class that holds `count` claims of the greatest size: hits do not show."""
    return size_class_for(_FIXED_BYTES + count * _CLAIM_BYTES)


def encode_receipt(body: ReceiptBody, *, salt: bytes, count: int) -> bytes:
    """`count` is the batch's; the frame is as long for no claim as for one on every element."""
    if len(body.claims) > count or any(len(claim.subject) > MAX_SUBJECT for claim in body.claims):
        raise WireBroken("a receipt claims more, or longer subjects, than its frame is made for")
    content = cbor.encode(
        {
            SALT_KEY: salt,
            _CLAIMS: [claim_row(claim) for claim in body.claims],
            _VOUCHER: voucher_row(body.voucher),
            _VOUCHER_SIGNATURE: voucher_signature(body.voucher),
        }
    )
    return frame(content, at_least=receipt_frame_size(count))


def decode_receipt(framed: bytes, *, count: int) -> ReceiptBody:
    """`count` is the batch's: a frame of another size, and an index outside the batch, are refused."""
    salt, claims, voucher, signature = read_body(framed, SALT_KEY, _CLAIMS, _VOUCHER, _VOUCHER_SIGNATURE)
    if len(framed) != receipt_frame_size(count):
        raise FrameSizeWrong(f"the receipt of a batch of {count} has one size only")
    read_salt(salt)
    rows = tuple(
        read_claim(row, count=count) for row in read_list(claims, "claims", most=min(count, MAX_BATCH))
    )
    require_ascending([row.index for row in rows], "indices of claims")
    paid: Signed[Voucher] | None = read_voucher(voucher, signature)
    if rows and paid is None:
        raise BodyFieldBounds("claims come with the voucher that covers them")
    return ReceiptBody(claims=rows, voucher=paid)


def claim_row(claim: ReceiptClaim) -> list[cbor.Encodable]:
    return [claim.index, claim.subject, claim.blind, claim.signature]


def read_claim(value: object, *, count: int) -> ReceiptClaim:
    """`count` is the batch's."""
    index, subject, blind, signature = read_row(value, "a claim", columns=4)
    return ReceiptClaim(
        index=read_uint(index, "the index", bits=U32, most=count - 1),
        subject=read_bytes(subject, "the subject", most=MAX_SUBJECT),
        blind=read_bytes(blind, "the blinding scalar", exactly=BLIND_SIZE),
        signature=read_bytes(signature, "the claim's signature", exactly=SIGNATURE_SIZE),
    )
