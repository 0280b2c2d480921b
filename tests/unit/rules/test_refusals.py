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
        (RefusalReason.VOUCHER_BAD, "riskmesh keys list"),
        (RefusalReason.RECEIPT_DIFFERS, "older copy"),
        (RefusalReason.MODE_NOT_SERVED, "committed mode"),
        (RefusalReason.NOT_READY, "ask again"),
        (RefusalReason.TIMES_NOT_ALLOWED, "set them"),
    ],
)
def test_refusal__that_its_reader_can_do_something_about__says_what(reason: RefusalReason, says: str) -> None:
    assert says in explained(reason)


def test_refusal__of_a_later_list__is_its_number() -> None:
    assert explained(9_999) == "reason 9999"
