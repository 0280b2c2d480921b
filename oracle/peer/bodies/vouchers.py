"""Vouchers and totals as rows inside other bodies."""

from oracle.domain.ids import Credits, KeyVersion, MemberId
from oracle.domain.messages import Voucher
from oracle.domain.settlement import AcceptedTotals, Signed
from oracle.peer.bodies.fields import (
    SIGNATURE_SIZE,
    U32,
    U64,
    read_bytes,
    read_list,
    read_row,
    read_uint,
)
from oracle.peer.errors import BodyFieldBounds

_COLUMNS = 7
VOUCHER_BYTES = 1 + 5 * 9 + 2 * 5
"""The greatest row: five uint64 and two uint32. Amounts are below 2^64 on the wire of this version."""


def voucher_row(signed: Signed[Voucher] | None) -> list[int]:
    """The seven numbers in the order of the struct; empty without a voucher."""
    if signed is None:
        return []
    voucher = signed.value
    return [
        voucher.requester,
        voucher.holder,
        voucher.queries,
        voucher.hits,
        voucher.amount,
        voucher.price_version,
        voucher.key_version,
    ]


def voucher_signature(signed: Signed[Voucher] | None) -> bytes:
    return b"" if signed is None else signed.signature


def read_voucher(row: object, signature: object) -> Signed[Voucher] | None:
    """Both empty or both whole."""
    numbers = read_list(row, "the voucher", most=_COLUMNS)
    signed = read_bytes(signature, "the voucher's signature", most=SIGNATURE_SIZE)
    if not numbers and not signed:
        return None
    if len(numbers) != _COLUMNS or len(signed) != SIGNATURE_SIZE:
        raise BodyFieldBounds("a voucher has seven numbers and a signature of 65 bytes")
    requester, holder, queries, hits, amount, price_version, key_version = numbers
    return Signed(
        value=Voucher(
            requester=MemberId(read_uint(requester, "requester", bits=U64, least=1)),
            holder=MemberId(read_uint(holder, "holder", bits=U64, least=1)),
            queries=read_uint(queries, "queries", bits=U64),
            hits=read_uint(hits, "hits", bits=U64),
            amount=Credits(read_uint(amount, "amount", bits=U64)),
            price_version=read_uint(price_version, "price version", bits=U32),
            key_version=KeyVersion(read_uint(key_version, "key version", bits=U32, least=1)),
        ),
        signature=signed,
    )


def totals_row(totals: AcceptedTotals) -> list[int]:
    return [totals.queries, totals.hits, totals.amount]


def read_totals(value: object) -> AcceptedTotals:
    queries, hits, amount = read_row(value, "the accepted totals", columns=3)
    return AcceptedTotals(
        queries=read_uint(queries, "queries", bits=U64),
        hits=read_uint(hits, "hits", bits=U64),
        amount=Credits(read_uint(amount, "amount", bits=U64)),
    )
