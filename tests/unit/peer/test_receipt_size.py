"""An observer of lengths learns nothing of hits: receipts and their answers are sized by the batch alone."""

from dataclasses import replace
from typing import Any

import pytest

from oracle.domain.ids import Credits, KeyVersion, MemberId
from oracle.domain.messages import MessageType, Voucher
from oracle.domain.settlement import ReceiptBody, ReceiptClaim, ServedRecord, Signed
from oracle.peer.bodies.disclosures import disclosures_frame_size, encode_disclosures
from oracle.peer.bodies.receipt import MAX_SUBJECT, decode_receipt, encode_receipt, receipt_frame_size
from oracle.peer.errors import FrameSizeWrong, WireBroken
from oracle.peer.frames import SIZE_CLASSES_V1

SALT = bytes(16)
U64, U32 = 2**64 - 1, 2**32 - 1
GREATEST_VOUCHER = Signed(
    value=Voucher(
        requester=MemberId(U64),
        holder=MemberId(U64),
        queries=U64,
        hits=U64,
        amount=Credits(U64),
        price_version=U32,
        key_version=KeyVersion(U32),
    ),
    signature=bytes(65),
)


def receipt_with(claims: int, subject_bytes: int) -> ReceiptBody:
    return ReceiptBody(
        claims=tuple(
            ReceiptClaim(index=n, subject=bytes(subject_bytes), blind=bytes(32), signature=bytes(65))
            for n in range(claims)
        ),
        voucher=GREATEST_VOUCHER,
    )


@pytest.mark.parametrize("count", [1, 2, 9, 10, 38, 39, 40, 160])
def test_receipt_size__with_any_number_of_claims__depends_on_the_count_alone(count: int) -> None:
    sizes = {
        len(encode_receipt(receipt_with(claims, subject), salt=SALT, count=count))
        for claims in range(count + 1)
        for subject in (2, MAX_SUBJECT)
    }
    sizes.add(len(encode_receipt(ReceiptBody(claims=(), voucher=None), salt=SALT, count=count)))

    assert sizes == {receipt_frame_size(count)}


def test_receipt_size__of_the_largest_batch_with_claims_on_all__is_the_same_as_with_none() -> None:
    full = encode_receipt(receipt_with(1000, MAX_SUBJECT), salt=SALT, count=1000)
    empty = encode_receipt(receipt_with(0, MAX_SUBJECT), salt=SALT, count=1000)

    assert len(full) == len(empty) == receipt_frame_size(1000) == 1024 * 1024
    assert len(decode_receipt(full, count=1000).claims) == 1000


def test_receipt_size__for_every_count__is_the_smallest_class_that_holds_all_claims() -> None:
    sizes = [receipt_frame_size(count) for count in range(1, 1001)]

    assert sizes == sorted(sizes)
    assert set(sizes) == set(SIZE_CLASSES_V1[:5])


def test_receipt__of_another_size_than_its_batch__is_refused() -> None:
    framed = encode_receipt(receipt_with(1, 12), salt=SALT, count=2)

    with pytest.raises(FrameSizeWrong):
        decode_receipt(framed, count=100)


@pytest.mark.parametrize(("claims", "subject"), [(3, 2), (1, MAX_SUBJECT + 1)])
def test_receipt__that_would_outgrow_its_frame__is_our_own_bug(claims: int, subject: int) -> None:
    with pytest.raises(WireBroken):
        encode_receipt(receipt_with(claims, subject), salt=SALT, count=2)


@pytest.mark.parametrize("count", [1, 2, 5, 23])
def test_disclosures_size__with_usual_buckets__depends_on_the_count_alone(world: Any, count: int) -> None:
    body = world.parts[MessageType.DISCLOSURES].value
    served: ServedRecord = replace(body.records[0], digests=(bytes(32),) * 48)
    sizes = {
        len(
            encode_disclosures(
                replace(body, records=tuple(replace(served, index=n) for n in range(hits))),
                salt=SALT,
                count=count,
            )
        )
        for hits in range(count + 1)
    }

    assert sizes == {disclosures_frame_size(count)}
