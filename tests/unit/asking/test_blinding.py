"""A question becomes blinded elements in an order that says nothing."""

from collections import Counter

import pytest

from oracle.asking.blinding import BlindedBatch, blind_question
from oracle.crypto.buckets import bucket_hash
from oracle.crypto.voprf import reblind_check
from oracle.domain.asked import Question
from oracle.domain.subject import Subject, SubjectType

BITS = {SubjectType.DOMAIN: 5, SubjectType.PHONE: 9}


def _domain(number: int) -> Subject:
    return Subject(type=SubjectType.DOMAIN, value=f"host{number}.example")


def _phone(number: int) -> Subject:
    return Subject(type=SubjectType.PHONE, value=f"+4670123{number:04}")


def _question(*subjects: Subject, positions: tuple[int, ...] | None = None) -> Question:
    return Question(
        subjects=subjects,
        positions=tuple(range(len(subjects))) if positions is None else positions,
        refused=(),
        purpose=1,
        case_reference="",
        deadline_s=120,
    )


def _blind(question: Question, size: int = 1000) -> tuple[BlindedBatch, ...]:
    return blind_question(question, prefix_bits=BITS, batch_size=size)


def test_elements__beside_their_openings__open_to_subject_and_governed_prefix() -> None:
    (batch,) = _blind(_question(*map(_domain, range(5)), *map(_phone, range(5))))

    assert len(batch.elements) == len(batch.openings) == 10
    for element, opening in zip(batch.elements, batch.openings, strict=True):
        encoded = opening.subject.encoded
        assert reblind_check(encoded, opening.blind, element.blinded)
        assert element.prefix_bits == BITS[opening.subject.type]
        assert element.prefix == bucket_hash(encoded) >> (32 - element.prefix_bits)


def test_subject__asked_three_times__is_sent_once_with_all_its_places() -> None:
    question = _question(_domain(1), _domain(2), _domain(1), _domain(1), positions=(0, 2, 5, 9))

    (batch,) = _blind(question)

    places = {opening.subject: opening.positions for opening in batch.openings}
    assert places == {_domain(1): (0, 5, 9), _domain(2): (2,)}
    assert len(batch.elements) == 2


@pytest.mark.parametrize(
    ("subjects", "size", "expected"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (1, 1000, [1])]
)
def test_question__longer_than_a_batch__is_cut_and_nothing_is_lost(
    subjects: int, size: int, expected: list[int]
) -> None:
    asked = [_domain(number) for number in range(subjects)]

    batches = _blind(_question(*asked), size)

    assert [len(batch.elements) for batch in batches] == expected
    sent = Counter(opening.subject for batch in batches for opening in batch.openings)
    assert sent == Counter(asked)


def test_order__of_a_long_question__is_another_each_time() -> None:
    question = _question(*map(_domain, range(40)))

    orders = {tuple(opening.subject for opening in _blind(question)[0].openings) for _ in range(3)}

    # Two equal permutations of forty subjects do not happen.
    assert len(orders) == 3
    assert question.subjects not in orders


def test_blind__of_one_subject__is_never_used_again() -> None:
    question = _question(_domain(1))

    seen = {
        (_blind(question)[0].elements[0].blinded, _blind(question)[0].openings[0].blind) for _ in range(5)
    }

    assert len({element for element, _ in seen}) == 5
    assert len({scalar for _, scalar in seen}) == 5


def test_opening__written_out__shows_neither_subject_nor_scalar() -> None:
    (batch,) = _blind(_question(_domain(1)))

    shown = repr(batch) + repr(batch.openings) + repr(batch.elements)

    assert "host1" not in shown
    assert repr(batch.openings[0].blind) not in shown
