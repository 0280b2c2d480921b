"""A refusal says in words what it means, and what helps where its reader can do something."""

import pytest

from oracle.domain.settlement import RefusalReason
from oracle.rules.refusals import explained


@pytest.mark.parametrize("reason", RefusalReason)
def test_refusal__of_each_reason__begins_with_its_name(reason: RefusalReason) -> None:
    assert explained(reason).startswith(reason.name.replace("_", " ").lower())


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (RefusalReason.EXPOSURE_EXCEEDED, "riskmesh credits"),
        (RefusalReason.VOUCHER_NOT_COVERING, "compare both accounts"),
        (RefusalReason.RECEIPT_OUTSTANDING, "sent by itself"),
    ],
)
def test_refusal__about_what_is_owed__says_what_helps(reason: RefusalReason, says: str) -> None:
    assert says in explained(reason)


def test_refusal__of_a_later_list__is_its_number() -> None:
    assert explained(9_999) == "reason 9999"
