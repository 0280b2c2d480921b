"""Vouchers are the sum of the journalled charges, and the desk shows both directions."""

import asyncio
from itertools import pairwise

import pytest
from stage.consortium import Consortium

from oracle.accounting.vouchers import VoucherBook
from oracle.chain import facts
from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals, totals_of

NORTH = MemberId(2)


def _book(consortium: Consortium) -> VoucherBook:
    asker = consortium[1]
    return asker.requester.lane


def _charge(queries: int, hits: int) -> Totals:
    return Totals(queries=queries, hits=hits, amount=Credits(queries + 100 * hits))


def _batch(number: int) -> BatchId:
    return BatchId(bytes([number]) * 32)


async def test_voucher__after_each_charge__is_the_signed_sum_so_far(consortium: Consortium) -> None:
    book = _book(consortium)
    assert await book.current(NORTH) is None

    first = await book.charge(NORTH, _batch(1), _charge(3, 1), 1)
    second = await book.charge(NORTH, _batch(2), _charge(10, 0), 1)

    assert totals_of(first.value) == _charge(3, 1)
    assert totals_of(second.value) == _charge(13, 1)
    for signed in (first, second):
        voucher = signed.value
        assert (voucher.requester, voucher.holder) == (consortium[1].id, NORTH)
        notary = consortium[2].notary
        assert notary.signed_by(voucher, signed.signature, voucher.requester, voucher.key_version)
    current = await book.current(NORTH)
    assert current == second
    assert await book.current(MemberId(3)) is None


async def test_voucher__charge_of_a_batch_again__is_the_same_total(consortium: Consortium) -> None:
    book = _book(consortium)

    first = await book.charge(NORTH, _batch(1), _charge(3, 1), 1)
    again = await book.charge(NORTH, _batch(1), _charge(900, 9), 1)

    assert totals_of(again.value) == totals_of(first.value) == _charge(3, 1)


async def test_vouchers__charged_at_once__can_all_be_compared_and_end_at_the_sum(
    consortium: Consortium,
) -> None:
    book = _book(consortium)

    vouchers = await asyncio.gather(
        *(book.charge(NORTH, _batch(number), _charge(number, 1), 1) for number in range(1, 11))
    )

    totals = sorted((totals_of(signed.value) for signed in vouchers), key=lambda total: total.queries)
    assert all(later.at_least(earlier) for earlier, later in pairwise(totals))
    assert totals[-1] == _charge(55, 10)


async def test_desk__after_a_query__shows_the_same_debt_on_both_sides(consortium: Consortium) -> None:
    await consortium.whole("both.example", "north.example")

    asker = await consortium[1].accounts.credits.credits()
    north = await consortium[2].accounts.credits.credits()

    assert (asker.balance, asker.granted, asker.received) == (1_000_000, 1_000_000, ())
    assert (asker.price_version, asker.query_fee, asker.hit_fee) == (1, 1, 100)
    assert [
        (line.member_id, line.name, line.queries, line.hits, line.amount, line.paid) for line in asker.given
    ] == [
        (2, "North", 2, 2, 202, 0),
        (3, "South", 2, 1, 102, 0),
    ]
    (received,) = north.received
    assert (received.member_id, received.queries, received.hits, received.amount) == (1, 2, 2, 202)


async def test_desk__what_one_holder_may_be_owed__is_the_share_beyond_which_it_refuses(
    consortium: Consortium,
) -> None:
    """Two others, and a floor of 100,000."""
    asker = await consortium[1].accounts.credits.credits()

    assert asker.exposure_limit == (1_000_000 + 100_000) // 2


@pytest.mark.parametrize("winner", [None, 1, 2])
async def test_desk__of_a_disputed_hit__leaves_out_what_no_voucher_is_to_pay(
    consortium: Consortium, winner: int | None
) -> None:
    """It waits in escrow, or was paid from there, or nobody owes it."""
    await consortium.whole("both.example")
    consortium.chain.happen(
        lambda at: facts.Escrowed(
            at=at, dispute_id=bytes(32), payer=consortium[1].id, payee=NORTH, amount=Credits(60)
        )
    )
    if winner is not None:
        consortium.chain.happen(
            lambda at: facts.Released(
                at=at, dispute_id=bytes(32), winner=MemberId(winner), amount=Credits(60)
            )
        )

    asker = await consortium[1].accounts.credits.credits()
    north = await consortium[2].accounts.credits.credits()

    given = next(line for line in asker.given if line.member_id == NORTH)
    assert (given.amount, given.open) == (101, 41)
    assert [line.open for line in north.received] == [41]


async def test_desk__after_a_redemption__shows_what_is_paid_on_both_sides(consortium: Consortium) -> None:
    await consortium.whole("both.example")

    report = await consortium[2].accounts.credits.redeem([1])

    assert [(pair.requester, pair.paid) for pair in report.pairs] == [(1, 101)]
    asker = await consortium[1].accounts.credits.credits()
    north = await consortium[2].accounts.credits.credits()
    assert (asker.balance, north.balance) == (999_899, 1_000_101)
    assert {line.member_id: line.paid for line in asker.given} == {2: 101, 3: 0}
    assert [line.paid for line in north.received] == [101]
    assert consortium.chain.view.credits.conserved
