"""Nobody buys a record on a tag it did not ask about, or with another subject's prefix."""

from dataclasses import replace

import pytest

from oracle.answering.claims import OprfIdentity, judge_claims
from oracle.crypto.buckets import bucket_hash, prefix
from oracle.crypto.tag import tag
from oracle.crypto.voprf import blind, evaluate_own, generate_key
from oracle.domain.ids import KeyVersion, MemberId
from oracle.domain.query import Element
from oracle.domain.settlement import ReceiptClaim, RefusalReason
from oracle.peer.bodies.elements import pack_elements

SECRET = generate_key()
IDENTITY = OprfIdentity(secret=SECRET, holder=MemberId(2), version=KeyVersion(3))
BITS = 9
SUBJECTS = (b"\x06a.example", b"\x06b.example", b"\x01+46701234567")
BLINDED = [blind(subject) for subject in SUBJECTS]


def _element(index: int, subject: bytes | None = None) -> Element:
    return Element(
        blinded=BLINDED[index].element,
        prefix_bits=BITS,
        prefix=prefix(bucket_hash(subject or SUBJECTS[index]), BITS),
    )


ELEMENTS = pack_elements([_element(index) for index in range(3)])


def _claim(index: int) -> ReceiptClaim:
    return ReceiptClaim(
        index=index, subject=SUBJECTS[index], blind=BLINDED[index].scalar, signature=bytes(65)
    )


def test_claims__that_open_their_elements__lead_to_the_tags_of_their_subjects() -> None:
    judged = judge_claims((_claim(0), _claim(2)), ELEMENTS, IDENTITY)

    assert [entry.reason for entry in judged] == [None, None]
    assert [entry.tag for entry in judged] == [
        tag(evaluate_own(SECRET, SUBJECTS[index]), IDENTITY.holder, IDENTITY.version) for index in (0, 2)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": SUBJECTS[1]},
        {"subject": b"\x06A.example"},
        {"subject": b"\x01a.example"},
        {"subject": b""},
        {"blind": BLINDED[1].scalar},
        {"blind": bytes(32)},
        {"blind": b"\xff" * 32},
        {"blind": b"\x01" * 31},
        {"index": 1},
    ],
)
def test_claim__that_does_not_open_its_element__is_refused(changes: dict[str, object]) -> None:
    (judged,) = judge_claims((replace(_claim(0), **changes),), ELEMENTS, IDENTITY)

    assert (judged.tag, judged.reason) == (None, RefusalReason.CLAIM_BLIND_WRONG)


def test_claim__asked_with_another_subject_s_prefix__is_refused() -> None:
    other = next(
        subject
        for subject in (b"\x06host%d.example" % number for number in range(99))
        if prefix(bucket_hash(subject), BITS) != prefix(bucket_hash(SUBJECTS[0]), BITS)
    )
    elements = pack_elements([_element(0, other)])

    (judged,) = judge_claims((_claim(0),), elements, IDENTITY)

    assert (judged.tag, judged.reason) == (None, RefusalReason.CLAIM_PREFIX_WRONG)


def test_claims__good_and_bad_together__keep_their_order_and_their_own_tags() -> None:
    bad = replace(_claim(1), blind=BLINDED[0].scalar)

    judged = judge_claims((_claim(0), bad, _claim(2)), ELEMENTS, IDENTITY)

    assert [entry.claim.index for entry in judged] == [0, 1, 2]
    assert [entry.reason for entry in judged] == [None, RefusalReason.CLAIM_BLIND_WRONG, None]
    assert judged[0].tag != judged[2].tag


def test_claims__none__are_judged_without_any_key() -> None:
    assert judge_claims((), ELEMENTS, IDENTITY) == ()


def test_claim__written_out__shows_no_secret() -> None:
    (judged,) = judge_claims((_claim(0),), ELEMENTS, IDENTITY)

    shown = repr(judged) + repr(IDENTITY)
    assert "a.example" not in shown
    assert repr(SECRET) not in shown
    assert repr(BLINDED[0].scalar) not in shown
