"""Region hints for phone numbers that do not say their country."""

import pytest

from oracle.domain.subject import SubjectType
from oracle.subjects import INTERNATIONAL, SubjectReason, SubjectRefused, UnknownPhoneRegion, canonical


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("138 0013 8000", "CN", "+8613800138000"),
        ("010-6555-1234", "CN", "+861065551234"),
        ("+1 415 555 2671", "CN", "+14155552671"),
        ("001 415 555 2671", "CN", "+14155552671"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("8613800138000", INTERNATIONAL, "+8613800138000"),
        ("008613800138000", INTERNATIONAL, "+8613800138000"),
        ("+8613800138000", INTERNATIONAL, "+8613800138000"),
    ],
)
def test_phone__region_named__reads_the_number_as_dialled_there(raw: str, region: str, expected: str) -> None:
    assert canonical(SubjectType.PHONE, raw, phone_region=region).value == expected


def test_phone__impossible_in_the_region__is_refused() -> None:
    with pytest.raises(SubjectRefused) as refusal:
        canonical(SubjectType.PHONE, "123", phone_region="CN")
    assert refusal.value.reason is SubjectReason.IMPOSSIBLE_NUMBER


@pytest.mark.parametrize("region", ["", "cn", "XX", "001", "China"])
def test_phone__unknown_region__is_the_operators_to_correct(region: str) -> None:
    with pytest.raises(UnknownPhoneRegion, match="ISO 3166"):
        canonical(SubjectType.PHONE, "13800138000", phone_region=region)


def test_phone__region_named__other_types_do_not_care() -> None:
    assert canonical(SubjectType.MERCHANT_ID, "a1", phone_region="CN").value == "A1"
