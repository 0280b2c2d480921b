"""When a disclosure may be disputed, for what, for how much, and how that ends."""

import pytest

from oracle.domain.disputes import DisputeGround
from oracle.domain.settlement import RefusalReason
from oracle.rules.disputes import (
    DisputeWindows,
    Served,
    Shown,
    amount_of,
    faults,
    ground_of,
    hits_owed,
    is_paid,
    is_unanswered,
)

WINDOWS = DisputeWindows(claim_s=100, dispute_s=1_000)


@pytest.mark.parametrize(
    ("now", "patience_s", "unanswered"),
    [
        (1_100, 0, False),
        (1_101, 0, True),
        (1_150, 50, False),
        (1_151, 50, True),
        (2_100, 0, True),
        (2_101, 0, False),
    ],
)
def test_receipt__not_answered_at_a_time__can_be_disputed_after_the_claim_window_and_not_too_late(
    *, now: int, patience_s: int, unanswered: bool
) -> None:
    assert is_unanswered(WINDOWS, deadline=1_000, now=now, patience_s=patience_s) is unanswered


@pytest.mark.parametrize(
    ("reason", "served", "ground"),
    [
        (RefusalReason.MALFORMED, True, DisputeGround.WRONG),
        (RefusalReason.MALFORMED, False, DisputeGround.REFUSED),
        (RefusalReason.CLAIM_NOT_FOUND, False, DisputeGround.REFUSED),
        (RefusalReason.CLAIM_WINDOW_CLOSED, False, None),
        (999, False, DisputeGround.REFUSED),
    ],
)
def test_ground__of_a_claim_without_a_record__is_what_the_holder_did(
    *, reason: int, served: bool, ground: DisputeGround | None
) -> None:
    assert ground_of(reason, served=served) is ground


def test_amount__of_a_claim_that_was_not_charged__is_nothing() -> None:
    assert {ground: amount_of(ground, hit_price=97) for ground in DisputeGround} == {
        DisputeGround.WRONG: 97,
        DisputeGround.REFUSED: 0,
        DisputeGround.UNANSWERED: 97,
    }


VERDICTS: dict[tuple[Shown, Served], int | None] = {
    (Shown.PROVEN, Served.RIGHT): 0,
    (Shown.PROVEN, Served.WITHDRAWN): None,
    (Shown.PROVEN, Served.NOT): 1,
    (Shown.UNFOUNDED, Served.RIGHT): 0,
    (Shown.UNFOUNDED, Served.WITHDRAWN): 0,
    (Shown.UNFOUNDED, Served.NOT): 0,
}


@pytest.mark.parametrize("shown", Shown)
@pytest.mark.parametrize("served", Served)
def test_verdict__what_both_sides_show__decides_it(shown: Shown, served: Served) -> None:
    assert faults(shown, served) == VERDICTS[shown, served]


PAID: dict[tuple[int, int | None], bool] = {
    (100, None): True,
    (101, RefusalReason.CLAIM_WINDOW_CLOSED): True,
    (99, None): False,
    (0, RefusalReason.CLAIM_NOT_FOUND): True,
    (0, RefusalReason.CLAIM_WINDOW_CLOSED): False,
}


@pytest.mark.parametrize(("escrowed", "refused_for"), PAID)
def test_claim__its_price_waits_or_it_was_refused_wrongly__is_paid_for(
    escrowed: int, refused_for: int | None
) -> None:
    assert is_paid(escrowed=escrowed, hit_price=100, refused_for=refused_for) is PAID[escrowed, refused_for]


def test_hits__of_an_answered_receipt__are_owed_where_served_or_in_escrow_and_claimed() -> None:
    owed = hits_owed(claimed=frozenset({0, 1, 2}), served=frozenset({0, 1, 7}), escrowed=frozenset({1, 2, 8}))
    assert owed == {0, 1, 2}
    assert hits_owed(claimed=frozenset({0, 1}), served=frozenset({1}), escrowed=frozenset()) == {1}
