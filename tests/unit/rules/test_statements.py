"""Statements add up, epoch by epoch, and every difference to a ledger is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.domain.ids import MemberId
from oracle.rules.statements import (
    Kind,
    Movement,
    PairTotals,
    Standing,
    compare,
    standing,
    statements,
)

NORTH, SOUTH = MemberId(2), MemberId(3)


def _moved(epoch: int, kind: Kind, amount: int, other: MemberId | None = None, **counts: int) -> Movement:
    return Movement(epoch=epoch, kind=kind, amount=amount, other=other, **counts)


STORY = (
    _moved(0, Kind.GRANT, 1_000),
    _moved(0, Kind.ALLOWANCE, 500),
    _moved(0, Kind.PAID, 310, NORTH, queries=10, hits=3),
    _moved(2, Kind.EXPIRY, 190),
    _moved(2, Kind.ALLOWANCE, 500),
    _moved(2, Kind.PAID, 101, NORTH, queries=1, hits=1),
    _moved(2, Kind.RECEIVED, 40, SOUTH, queries=40),
    _moved(2, Kind.ESCROW, 100, NORTH),
    _moved(2, Kind.ESCROW, 50, SOUTH),
    _moved(4, Kind.REFUND, 100, NORTH),
    _moved(4, Kind.LOST, 50, SOUTH),
    _moved(4, Kind.AWARD, 70, SOUTH),
    _moved(4, Kind.REBATE, 9, NORTH),
    _moved(4, Kind.RETURN, 4, SOUTH),
    _moved(4, Kind.PENALTY, 10_000),
)


def test_statements__of_a_story__open_with_what_the_epoch_before_closed_with() -> None:
    listed = statements(STORY, epochs=(3, 5))

    assert [(one.epoch, one.opening, one.closing) for one in listed] == [
        (0, 0, 1_190),
        (2, 1_190, 1_289),
        (3, 1_289, 1_289),
        (4, 1_289, -8_536),
        (5, -8_536, -8_536),
    ]


def test_statements__of_one_epoch__say_what_moved_with_whom() -> None:
    second = statements(STORY, epochs=())[1]

    assert second.others == (NORTH, SOUTH)
    assert second.total(Kind.ESCROW) == 150
    paid = second.of(NORTH, Kind.PAID)
    assert (paid.queries, paid.hits, paid.amount) == (1, 1, 101)
    assert second.of(SOUTH, Kind.PAID).amount == 0


def test_standing__of_all_statements__is_what_the_ledger_should_have() -> None:
    assert standing(statements(STORY, epochs=())) == Standing(
        balance=-8_536,
        held=0,
        paid={NORTH: PairTotals(paid=411, queries=11, hits=4), SOUTH: PairTotals(paid=50)},
        received={SOUTH: PairTotals(paid=110, queries=40, hits=0)},
    )


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"balance": 1}, [("balance", None, -8_536, 1)]),
        ({"held": 7}, [("escrow", None, 0, 7)]),
        (
            {"paid": {SOUTH: PairTotals(paid=50)}},
            [("paid credits", 2, 411, 0), ("paid queries", 2, 11, 0), ("paid hits", 2, 4, 0)],
        ),
        (
            {"received": {SOUTH: PairTotals(paid=110, queries=40), NORTH: PairTotals(paid=9, queries=9)}},
            [("received credits", 2, 0, 9), ("received queries", 2, 0, 9)],
        ),
    ],
)
def test_compare__a_ledger_that_says_otherwise__names_each_value(
    changed: dict[str, object], found: list[tuple[str, int | None, int, int]]
) -> None:
    stated = standing(statements(STORY, epochs=()))
    ledger = replace(stated, **changed)  # type: ignore[arg-type]  # each of its own type

    differing = [one for one in compare(stated, ledger) if not one.agrees]

    assert [(one.name, one.other, one.stated, one.ledger) for one in differing] == found


@given(
    st.lists(
        st.builds(
            Movement,
            epoch=st.integers(0, 20),
            kind=st.sampled_from(Kind),
            amount=st.integers(0, 2**64),
            other=st.sampled_from((NORTH, SOUTH)),
            queries=st.integers(0, 100),
            hits=st.integers(0, 100),
        )
    ),
    st.sets(st.integers(0, 25)),
)
def test_statements__of_anything__conserve_every_credit(moved: list[Movement], named: set[int]) -> None:
    listed = statements(moved, epochs=named)

    assert {one.epoch for one in listed} == named | {one.epoch for one in moved}
    assert sum(one.closing - one.opening for one in listed) == sum(one.change for one in moved)
    for kind in Kind:
        assert sum(one.total(kind) for one in listed) == sum(one.amount for one in moved if one.kind is kind)
