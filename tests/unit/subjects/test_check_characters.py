"""Check characters against the formulas of the standards, written here on their own."""

import pytest

from oracle.domain.subject import SubjectType
from oracle.subjects import SubjectReason, SubjectRefused, canonical

GB_11643_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
GB_32100_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_accepted(subject_type: SubjectType, raw: str) -> bool:
    try:
        canonical(subject_type, raw)
    except SubjectRefused as refusal:
        if refusal.reason is SubjectReason.WRONG_CHECK_DIGIT:
            return False
        raise
    return True


@pytest.mark.parametrize("order", range(0, 1000, 37))
def test_id_card__all_check_characters__only_the_one_of_gb_11643_passes(order: int) -> None:
    body = f"11010519491231{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, GB_11643_WEIGHTS, strict=True))
    accepted = [check for check in "0123456789X" if is_accepted(SubjectType.ID_CARD, body + check)]
    assert accepted == ["10X98765432"[total % 11]]


@pytest.mark.parametrize("order", range(0, 1000, 37))
def test_uscc__all_check_characters__only_the_one_of_gb_32100_passes(order: int) -> None:
    body = f"91350100M00010{order:03d}"
    total = sum(GB_32100_ALPHABET.index(each) * pow(3, place, 31) for place, each in enumerate(body))
    accepted = [check for check in GB_32100_ALPHABET if is_accepted(SubjectType.USCC, body + check)]
    assert accepted == [GB_32100_ALPHABET[-total % 31]]


@pytest.mark.parametrize(
    ("subject_type", "length"), [(SubjectType.BANK_CARD, 16), (SubjectType.DEVICE_ID, 15)]
)
@pytest.mark.parametrize("serial", range(0, 10_000, 397))
def test_luhn__all_check_digits__exactly_one_passes(
    subject_type: SubjectType, length: int, serial: int
) -> None:
    body = f"49015420{serial:0{length - 9}d}"
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    accepted = [check for check in range(10) if is_accepted(subject_type, f"{body}{check}")]
    assert accepted == [-total % 10]


def test_id_card__centenarian_orders_in_15_digits__are_born_in_the_century_before() -> None:
    assert canonical(SubjectType.ID_CARD, "110105991231996").value.startswith("11010518991231")
    assert canonical(SubjectType.ID_CARD, "110105991231995").value.startswith("11010519991231")
