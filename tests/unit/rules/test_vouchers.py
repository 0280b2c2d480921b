"""Voucher arithmetic on small tables."""

import pytest

from oracle.domain.ids import Credits, KeyVersion, MemberId
from oracle.domain.messages import Voucher
from oracle.rules.vouchers import Totals, charge_for, covers, greatest, totals_of


def totals(queries: int, hits: int, amount: int) -> Totals:
    return Totals(queries=queries, hits=hits, amount=Credits(amount))


def test_totals__of_a_voucher__are_its_three_sums() -> None:
    voucher = Voucher(
        requester=MemberId(1),
        holder=MemberId(2),
        queries=30,
        hits=4,
        amount=Credits(430),
        price_version=3,
        key_version=KeyVersion(2),
    )

    assert totals_of(voucher) == totals(30, 4, 430)


@pytest.mark.parametrize(
    ("queries", "hits", "query_fee", "hit_price", "amount"),
    [(3, 2, 1, 100, 203), (1000, 0, 1, 100, 1000), (5, 5, 0, 7, 35), (0, 0, 1, 100, 0)],
)
def test_charge__queries_and_hits__costs_each_once(
    queries: int, hits: int, query_fee: int, hit_price: int, amount: int
) -> None:
    charge = charge_for(queries=queries, hits=hits, query_fee=query_fee, hit_price=hit_price)

    assert charge == totals(queries, hits, amount)


def test_plus__another_charge__adds_each_total() -> None:
    assert totals(1, 0, 1).plus(Totals()) == totals(1, 0, 1)
    assert totals(1, 0, 1).plus(totals(10, 3, 310)) == totals(11, 3, 311)


@pytest.mark.parametrize(
    ("incoming", "expected"),
    [
        (totals(10, 2, 210), totals(10, 2, 210)),
        (totals(11, 2, 211), totals(11, 2, 211)),
        (totals(10, 3, 310), totals(10, 3, 310)),
        (totals(9, 2, 209), totals(10, 2, 210)),
        (totals(0, 0, 0), totals(10, 2, 210)),
        (totals(11, 1, 400), None),
        (totals(11, 2, 209), None),
        (totals(9, 3, 210), None),
    ],
)
def test_greatest__seen_and_incoming__is_the_greater_or_none_when_neither_is(
    incoming: Totals, expected: Totals | None
) -> None:
    assert greatest(totals(10, 2, 210), incoming) == expected


def test_greatest__nothing_seen_before__is_the_incoming() -> None:
    assert greatest(None, totals(1, 1, 1)) == totals(1, 1, 1)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (totals(13, 3, 313), True),
        (totals(14, 4, 999), True),
        (totals(12, 3, 313), False),
        (totals(13, 2, 313), False),
        (totals(13, 3, 312), False),
    ],
)
def test_voucher__beside_what_was_accepted_and_a_charge__covers_all_three_sums(
    held: Totals, *, expected: bool
) -> None:
    assert covers(held, totals(10, 2, 210), totals(3, 1, 103)) is expected
