"""A refusal says what is wrong and what to do, and carries nothing of the value."""

import pytest

from oracle.domain.subject import SubjectType
from oracle.subjects import SubjectReason, SubjectRefused, canonical, golden_vectors

REFUSED = [
    pytest.param(subject_type, vector.raw, id=f"{subject_type.label}-{vector.reason}-{index}")
    for subject_type, vectors in golden_vectors().items()
    for index, vector in enumerate(vectors.refused)
]


@pytest.mark.parametrize(("subject_type", "raw"), REFUSED)
def test_refusal__any_refused_spelling__text_is_a_function_of_type_and_reason(
    subject_type: SubjectType, raw: str
) -> None:
    with pytest.raises(SubjectRefused) as caught:
        canonical(subject_type, raw)
    refusal = caught.value
    expected = f"this {subject_type.label} is refused ({refusal.reason.value}): {refusal.reason.text}"
    assert str(refusal) == expected
    assert refusal.args == (expected,)


@pytest.mark.parametrize(("subject_type", "raw"), REFUSED)
def test_refusal__any_refused_spelling__hangs_on_to_no_error_that_quotes_the_value(
    subject_type: SubjectType, raw: str
) -> None:
    with pytest.raises(SubjectRefused) as caught:
        canonical(subject_type, raw)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("reason", list(SubjectReason), ids=lambda each: each.value)
def test_reason__each__has_a_text_that_also_says_what_to_do(reason: SubjectReason) -> None:
    what, _, action = reason.text.partition("; ")
    assert what
    assert action
    assert not reason.text.endswith(".")


def test_reasons__their_codes__are_unique_and_plain() -> None:
    codes = [reason.value for reason in SubjectReason]
    assert len(set(codes)) == len(codes)
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)
