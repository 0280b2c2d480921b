"""What must hold of vouchers, exposure and the snapshot rule whatever the numbers are."""

from itertools import accumulate
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from oracle.domain.ids import Credits
from oracle.domain.settlement import RefusalReason
from oracle.rules.answering import AskerAccount, exposure_limit, refusal_of_asker
from oracle.rules.budgets import Budget
from oracle.rules.express import Allowance
from oracle.rules.snapshot import commitment_counts, committed_snapshot, express_snapshot, oldest_needed
from oracle.rules.vouchers import Totals, covers, greatest

COUNTS = st.integers(0, 2**40)
TOTALS = st.builds(Totals, queries=COUNTS, hits=COUNTS, amount=COUNTS.map(Credits))
UP_TO_A_THOUSAND = st.integers(0, 1_000)
BLOCKS = st.lists(st.integers(0, 60), max_size=12).map(sorted)


@given(st.lists(TOTALS, max_size=8), st.randoms(use_true_random=False))
def test_vouchers__of_one_list_of_charges_in_any_order_of_arrival__end_at_its_sum(
    charges: list[Totals], chance: Random
) -> None:
    totals = list(accumulate(charges, Totals.plus))
    vouchers = totals.copy()
    chance.shuffle(vouchers)

    held: Totals | None = None
    for voucher in vouchers:
        held = greatest(held, voucher)
        assert held is not None
        assert held.at_least(voucher)

    assert held == (totals[-1] if totals else None)


@given(TOTALS, TOTALS)
def test_greatest__two_totals__is_one_of_them_and_does_not_depend_on_the_order(
    one: Totals, other: Totals
) -> None:
    found = greatest(one, other)

    assert found == greatest(other, one)
    if found is None:
        assert not one.at_least(other)
        assert not other.at_least(one)
    else:
        assert found in (one, other)
        assert found.at_least(one)
        assert found.at_least(other)


@given(TOTALS, TOTALS, TOTALS)
def test_voucher__that_covers_a_charge__covers_everything_before_it(
    held: Totals, accepted: Totals, charge: Totals
) -> None:
    assert covers(accepted.plus(charge), accepted, charge)
    if covers(held, accepted, charge):
        assert covers(held, accepted, Totals())
        assert held.at_least(charge)


@given(
    st.builds(
        AskerAccount,
        in_standing=st.booleans(),
        balance=st.integers(-(10**9), 10**9),
        floor=st.integers(0, 10**6),
        holders_in_standing=st.integers(-1, 200),
        unredeemed=st.integers(0, 10**6),
        unreceipted=st.integers(0, 10**6),
        receipts_overdue=st.integers(0, 3),
        allowance=st.none()
        | st.builds(
            Allowance,
            budget=st.builds(Budget, epoch=st.just(1), used=UP_TO_A_THOUSAND, limit=UP_TO_A_THOUSAND),
            entitlement=UP_TO_A_THOUSAND,
            unanchored=UP_TO_A_THOUSAND,
        ),
    ),
    UP_TO_A_THOUSAND,
    st.integers(0, 10**6),
)
def test_asker__let_in__never_owes_more_than_its_share(
    account: AskerAccount, elements: int, cost: int
) -> None:
    limit = exposure_limit(account)

    assert 0 <= limit <= max(0, account.balance + account.floor)
    owed = account.unredeemed + account.unreceipted + cost
    refusal = refusal_of_asker(account, elements=elements, cost=cost)
    if refusal is None:
        assert account.in_standing
        assert owed <= limit
        assert account.allowance is None or account.allowance.allows(elements)
    elif refusal is RefusalReason.EXPOSURE_EXCEEDED:
        assert owed > limit


@given(BLOCKS, st.integers(0, 61))
def test_snapshot_rule__any_publications__is_the_last_one_on_the_right_side_of_the_block(
    blocks: list[int], block: int
) -> None:
    before = [index for index, published in enumerate(blocks) if published < block]
    up_to = [index for index, published in enumerate(blocks) if published <= block]

    assert committed_snapshot(blocks, commit_block=block) == (before[-1] if before else None)
    assert express_snapshot(blocks, reference_block=block) == (up_to[-1] if up_to else None)


@given(BLOCKS, st.integers(0, 200), st.integers(0, 100))
def test_kept_snapshots__any_history__include_all_that_a_query_may_be_about(
    superseded_at: list[int], now: int, kept_s: int
) -> None:
    oldest = oldest_needed(superseded_at, now=now, kept_s=kept_s)

    assert all(moment + kept_s < now for moment in superseded_at[:oldest])
    assert all(moment + kept_s >= now for moment in superseded_at[oldest:])


@given(st.integers(0, 1000), st.integers(0, 50), st.integers(0, 1100))
def test_commitment__once_it_counts__counts_for_every_later_cursor(
    commit_block: int, depth: int, cursor: int
) -> None:
    if commitment_counts(commit_block=commit_block, finality_depth=depth, cursor=cursor):
        assert commitment_counts(commit_block=commit_block, finality_depth=depth, cursor=cursor + 1)
        assert cursor >= commit_block
