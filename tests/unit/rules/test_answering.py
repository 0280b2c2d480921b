"""Every branch of the decision whether a member is answered now."""

from dataclasses import replace

import pytest

from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.messages import Mode, Request
from oracle.domain.settlement import RefusalReason
from oracle.rules.answering import (
    AskerAccount,
    Commitment,
    exposure_limit,
    refusal_of_asker,
    refusal_of_prefixes,
    refusal_of_request,
)
from oracle.rules.budgets import Budget
from oracle.rules.express import Allowance

ACCOUNT = AskerAccount(
    in_standing=True,
    balance=800,
    floor=200,
    holders_in_standing=4,
    unredeemed=0,
    unreceipted=0,
    receipts_overdue=0,
    allowance=None,
)
"""Each of four holders may be owed 250."""
REQUEST = Request(
    mode=Mode.COMMITTED,
    requester=MemberId(1),
    nonce=7,
    elements_hash=bytes(32),
    count=3,
    purpose=1,
    case_commitment=bytes(32),
    issued_at=900,
    deadline=1_000,
    reference_block=BlockNumber(0),
    reference_block_hash=bytes(32),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 250),
        ({"balance": 803}, 250),
        ({"balance": 804}, 251),
        ({"holders_in_standing": 1}, 1_000),
        ({"holders_in_standing": 0}, 1_000),
        ({"balance": -200}, 0),
        ({"balance": -201}, 0),
        ({"balance": -100, "holders_in_standing": 3}, 33),
    ],
)
def test_exposure_limit__means_and_holders__is_an_equal_share_and_never_negative(
    changes: dict[str, int], expected: int
) -> None:
    assert exposure_limit(replace(ACCOUNT, **changes)) == expected


@pytest.mark.parametrize(
    ("changes", "cost", "expected"),
    [
        ({}, 250, None),
        ({}, 251, RefusalReason.EXPOSURE_EXCEEDED),
        ({"unredeemed": 100}, 150, None),
        ({"unredeemed": 100}, 151, RefusalReason.EXPOSURE_EXCEEDED),
        ({"unreceipted": 100}, 151, RefusalReason.EXPOSURE_EXCEEDED),
        ({"unredeemed": 60, "unreceipted": 60}, 130, None),
        ({"unredeemed": 60, "unreceipted": 60}, 131, RefusalReason.EXPOSURE_EXCEEDED),
        ({"balance": -200}, 0, None),
        ({"balance": -200}, 1, RefusalReason.EXPOSURE_EXCEEDED),
        ({"receipts_overdue": 1}, 0, RefusalReason.RECEIPT_OUTSTANDING),
        ({"in_standing": False}, 0, RefusalReason.NOT_IN_STANDING),
        # The gravest reason is the one that is told.
        ({"in_standing": False, "receipts_overdue": 1}, 9_999, RefusalReason.NOT_IN_STANDING),
        ({"receipts_overdue": 1}, 9_999, RefusalReason.RECEIPT_OUTSTANDING),
    ],
)
def test_asker__standing_receipts_and_debt__are_judged_in_this_order(
    changes: dict[str, int], cost: int, expected: RefusalReason | None
) -> None:
    assert refusal_of_asker(replace(ACCOUNT, **changes), elements=9_999, cost=cost) == expected


def _allowance(used: int, entitlement: int, unanchored: int) -> Allowance:
    budget = Budget(epoch=0, used=used, limit=10)
    return Allowance(budget=budget, entitlement=entitlement, unanchored=unanchored)


@pytest.mark.parametrize(
    ("allowance", "elements", "expected"),
    [
        (_allowance(0, 0, 0), 10, None),
        (_allowance(0, 0, 0), 11, RefusalReason.BUDGET_EXCEEDED),
        (_allowance(6, 0, 2), 2, None),
        (_allowance(6, 0, 2), 3, RefusalReason.BUDGET_EXCEEDED),
        # Anybody may open the budget with the entitlement, so the greater of both counts.
        (_allowance(6, 11, 2), 3, None),
        (_allowance(6, 11, 2), 4, RefusalReason.BUDGET_EXCEEDED),
        (_allowance(12, 0, 0), 1, RefusalReason.BUDGET_EXCEEDED),
    ],
)
def test_asker__that_no_ledger_has_counted__is_held_to_its_evaluation_budget(
    allowance: Allowance, elements: int, expected: RefusalReason | None
) -> None:
    asker = replace(ACCOUNT, allowance=allowance)

    assert refusal_of_asker(asker, elements=elements, cost=0) == expected
    # Its standing is graver, a receipt or a debt less so.
    outside = replace(asker, in_standing=False)
    assert refusal_of_asker(outside, elements=elements, cost=0) == RefusalReason.NOT_IN_STANDING
    owing = replace(asker, receipts_overdue=1)
    assert refusal_of_asker(owing, elements=elements, cost=9_999) == (
        expected or RefusalReason.RECEIPT_OUTSTANDING
    )


@pytest.mark.parametrize(
    ("count", "deadline", "now", "expected"),
    [
        (3, 1_000, 999, None),
        (3, 1_000, 1_000, None),
        (3, 1_000, 1_001, RefusalReason.DEADLINE_PASSED),
        (2, 1_000, 999, RefusalReason.COUNT_DIFFERS),
        (4, 1_000, 1_001, RefusalReason.COUNT_DIFFERS),
        (3, 999, 900, RefusalReason.DEADLINE_DIFFERS),
        (3, 1_001, 2_000, RefusalReason.DEADLINE_DIFFERS),
    ],
)
def test_request__beside_its_commitment__has_the_same_count_and_deadline_and_is_in_time(
    count: int, deadline: int, now: int, expected: RefusalReason | None
) -> None:
    commitment = Commitment(count=count, deadline=deadline)

    assert refusal_of_request(REQUEST, commitment, now=now) == expected


@pytest.mark.parametrize(
    ("stated", "governed", "accepted"),
    [
        ((17,), {17, 18}, True),
        ((17, 18, 17), {17, 18}, True),
        ((17, 19), {17, 18}, False),
        ((32,), {17, 18}, False),
        ((0,), {17, 18}, False),
        ((), {17}, True),
        ((17,), set(), False),
    ],
)
def test_prefixes__of_a_length_that_is_not_governed__are_refused(
    stated: tuple[int, ...], governed: set[int], *, accepted: bool
) -> None:
    expected = None if accepted else RefusalReason.PREFIX_NOT_GOVERNED

    assert refusal_of_prefixes(stated, frozenset(governed)) == expected
