"""The members of each EIP-712 struct as 32-byte words, in the order of its type string."""

from typing import assert_never

from oracle.crypto.errors import FieldOutOfRange, require_length
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address
from oracle.domain.messages import (
    Claim,
    Departure,
    Disclosure,
    Header,
    OperatorRotation,
    Publication,
    Receipt,
    ReplyHead,
    Request,
    Voucher,
)

Statement = (
    Header
    | Request
    | ReplyHead
    | Receipt
    | Claim
    | Disclosure
    | Voucher
    | Publication
    | OperatorRotation
    | Departure
)

WORD = 32
ADDRESS_SIZE = 20


def words(statement: Statement) -> tuple[bytes, ...]:  # noqa: C901, PLR0911 - one branch a struct
    match statement:
        case Header():
            return _header(statement)
        case Request():
            return _request(statement)
        case ReplyHead():
            return _reply_head(statement)
        case Receipt():
            return _receipt(statement)
        case Claim():
            return _claim(statement)
        case Disclosure():
            return _disclosure(statement)
        case Voucher():
            return _voucher(statement)
        case Publication():
            return _publication(statement)
        case OperatorRotation():
            return _operator_rotation(statement)
        case Departure():
            return (uint(64, statement.member_id),)
        case _:
            assert_never(statement)


def uint(bits: int, value: int) -> bytes:
    try:
        return value.to_bytes(bits // 8, "big").rjust(WORD, b"\x00")
    except OverflowError:
        raise FieldOutOfRange(f"A field of type uint{bits} cannot hold its value.") from None


def address(value: Address) -> bytes:
    try:
        account = bytes.fromhex(value.removeprefix("0x"))
    except ValueError:
        raise FieldOutOfRange("A field of type address is not one in hexadecimal.") from None
    require_length("field of type address", account, ADDRESS_SIZE)
    return account.rjust(WORD, b"\x00")


def word(value: bytes) -> bytes:
    require_length("field of type bytes32", value, WORD)
    return value


def _header(header: Header) -> tuple[bytes, ...]:
    return (
        uint(8, header.version),
        uint(8, header.type),
        word(header.batch_id),
        uint(64, header.sender),
        uint(64, header.recipient),
        uint(32, header.sender_key_version),
        uint(32, header.recipient_key_version),
        word(header.body_digest),
    )


def _request(request: Request) -> tuple[bytes, ...]:
    return (
        uint(8, request.mode),
        uint(64, request.requester),
        uint(128, request.nonce),
        word(request.elements_hash),
        uint(32, request.count),
        uint(16, request.purpose),
        word(request.case_commitment),
        uint(64, request.issued_at),
        uint(64, request.deadline),
        uint(64, request.reference_block),
        word(request.reference_block_hash),
    )


def _reply_head(head: ReplyHead) -> tuple[bytes, ...]:
    return (
        word(head.batch_id),
        uint(64, head.holder),
        uint(64, head.snapshot_block),
        word(head.snapshot_block_hash),
        uint(64, head.sequence),
        word(head.root),
        uint(8, head.bits),
        uint(32, head.oprf_key_version),
        uint(64, head.answered_at),
        word(head.body_digest),
    )


def _receipt(receipt: Receipt) -> tuple[bytes, ...]:
    return (
        word(receipt.batch_id),
        uint(64, receipt.holder),
        uint(8, receipt.outcome),
        uint(16, receipt.reason),
        word(receipt.body_digest),
    )


def _claim(claim: Claim) -> tuple[bytes, ...]:
    return (
        word(claim.batch_id),
        uint(64, claim.holder),
        uint(32, claim.index),
        keccak256(claim.subject),
        word(claim.blind),
    )


def _disclosure(disclosure: Disclosure) -> tuple[bytes, ...]:
    return (
        word(disclosure.batch_id),
        uint(32, disclosure.index),
        uint(8, disclosure.category),
        word(disclosure.record_digest),
    )


def _voucher(voucher: Voucher) -> tuple[bytes, ...]:
    return (
        uint(64, voucher.requester),
        uint(64, voucher.holder),
        uint(64, voucher.queries),
        uint(64, voucher.hits),
        uint(256, voucher.amount),
        uint(32, voucher.price_version),
        uint(32, voucher.key_version),
    )


def _publication(publication: Publication) -> tuple[bytes, ...]:
    return (
        uint(64, publication.holder),
        uint(64, publication.sequence),
        word(publication.root),
        uint(8, publication.bits),
        uint(32, publication.oprf_key_version),
    )


def _operator_rotation(rotation: OperatorRotation) -> tuple[bytes, ...]:
    return (
        uint(64, rotation.member_id),
        uint(32, rotation.version),
        address(rotation.operator),
        uint(64, rotation.grace_s),
    )
