"""The golden vectors in the package hold, and say enough about every type and every reason."""

import pytest

from oracle.domain.subject import SubjectType
from oracle.subjects import SubjectReason, SubjectRefused, canonical, golden_vectors

TYPES = pytest.mark.parametrize("subject_type", list(SubjectType), ids=lambda each: each.label)


@TYPES
def test_canonical__accepted_spellings__give_the_published_value(subject_type: SubjectType) -> None:
    vectors = golden_vectors()[subject_type].accepted
    read = [(vector.raw, canonical(subject_type, vector.raw).value) for vector in vectors]
    assert read == [(vector.raw, vector.canonical) for vector in vectors]


@TYPES
def test_canonical__refused_spellings__give_the_published_reason(subject_type: SubjectType) -> None:
    for vector in golden_vectors()[subject_type].refused:
        with pytest.raises(SubjectRefused) as refusal:
            canonical(subject_type, vector.raw)
        assert refusal.value.reason.value == vector.reason, vector.raw
        assert refusal.value.subject_type is subject_type


@TYPES
def test_golden_vectors__each_type__has_enough_of_both_kinds(subject_type: SubjectType) -> None:
    vectors = golden_vectors()[subject_type]
    assert len({vector.raw for vector in vectors.accepted}) >= 12
    assert len({vector.raw for vector in vectors.refused}) >= 8


def test_golden_vectors__all_types__show_every_reason_at_work() -> None:
    shown = {vector.reason for vectors in golden_vectors().values() for vector in vectors.refused}
    assert shown == {reason.value for reason in SubjectReason}


@TYPES
def test_golden_vectors__their_repr__shows_no_value(subject_type: SubjectType) -> None:
    assert golden_vectors()[subject_type].accepted[0].canonical not in repr(golden_vectors()[subject_type])
