"""Verdicts are taken once, sent as counts, and only as far as redeemed hits allow."""

from dataclasses import replace
from typing import Any

import pytest
from stage.consortium import Consortium, House

from oracle.accounting.desk import AlreadyRated, NothingDisclosed
from oracle.accounting.rating import MOST, RatingDesk, summed
from oracle.chain import facts
from oracle.chain.contracts.quality_ledger import Rating
from oracle.chain.errors import TransactionReverted
from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.domain.record import Category
from oracle.domain.reports import UnknownReference, Verdict
from oracle.store.ratings import RatedItem, RatingJournal

EPOCH_S = 1_000
NORTH, SOUTH = MemberId(2), MemberId(3)
FRAUD, TELECOM = Category.TRANSACTION_FRAUD, Category.TELECOM_FRAUD


def _item(
    number: int, holder: int = NORTH, verdict: Verdict = Verdict.CONFIRMED, category: int = 1
) -> RatedItem:
    return RatedItem(
        batch_id=BatchId(bytes([number]) * 32),
        index=0,
        holder=MemberId(holder),
        category=category,
        verdict=verdict,
    )


def _rated(house: House) -> list[Any]:
    return [arguments[0] for function, arguments in house.lane.orders if function == "rate"]


async def _redeem(consortium: Consortium, number: int) -> None:
    await consortium[number].accounts.redeeming.redeem_now(set())


@pytest.fixture
async def asked(consortium: Consortium) -> tuple[Consortium, str]:
    """A query with a hit at member 2 for subject 0, and at both for subject 1."""
    accepted = await consortium.whole("north.example", "both.example", "clear.example")
    return consortium, accepted.query_id


async def _rate(
    consortium: Consortium,
    query_id: str,
    index: int,
    holder: int = NORTH,
    *,
    category: Category = FRAUD,
    verdict: Verdict = Verdict.CONFIRMED,
) -> None:
    await consortium[1].accounts.ratings.rate(
        query_id=query_id, index=index, holder=holder, category=category, verdict=verdict
    )


async def test_verdict__second_one_on_an_item__is_refused_and_the_first_stands(
    asked: tuple[Consortium, str],
) -> None:
    consortium, query_id = asked
    await _rate(consortium, query_id, 0)

    with pytest.raises(AlreadyRated):
        await _rate(consortium, query_id, 0, verdict=Verdict.REFUTED)

    (item,) = await RatingJournal(consortium[1].base.database).unsent()
    assert item.verdict is Verdict.CONFIRMED


@pytest.mark.parametrize(
    ("index", "holder", "category"),
    [(2, NORTH, FRAUD), (0, SOUTH, TELECOM), (0, NORTH, TELECOM), (9, NORTH, FRAUD), (0, 77, FRAUD)],
)
async def test_verdict__on_what_was_never_disclosed__is_refused(
    asked: tuple[Consortium, str], index: int, holder: int, category: Category
) -> None:
    consortium, query_id = asked

    with pytest.raises(NothingDisclosed):
        await _rate(consortium, query_id, index, holder, category=category)


async def test_verdict__on_a_query_of_nobody__is_an_unknown_reference(consortium: Consortium) -> None:
    with pytest.raises(UnknownReference):
        await _rate(consortium, "0" * 32, 0)


async def test_ratings__before_any_redemption__wait(asked: tuple[Consortium, str]) -> None:
    consortium, query_id = asked
    await _rate(consortium, query_id, 0)

    await consortium[1].accounts.rating.round()

    assert _rated(consortium[1]) == []


async def test_ratings__more_than_a_statement_takes__go_out_in_several_transactions(
    consortium: Consortium,
) -> None:
    asker, many = consortium[1], MOST + 1
    consortium.chain.happen(
        lambda at: facts.Redeemed(
            at=at,
            requester=asker.id,
            holder=NORTH,
            queries=many,
            hits=many,
            amount=Credits(many),
            paid=Credits(many),
        )
    )
    items = [replace(_item(1), batch_id=BatchId(number.to_bytes(32))) for number in range(many)]
    await asker.accounts.rating.add_all(items)

    await asker.accounts.rating.round()

    assert [[tuple(one) for one in ratings] for ratings in _rated(asker)] == [
        [(NORTH, 1, MOST, 0)],
        [(NORTH, 1, 1, 0)],
    ]
    assert await asker.accounts.rating.waiting() == ()


async def test_ratings__once_the_hits_are_redeemed__go_out_in_one_transaction_and_once(
    asked: tuple[Consortium, str],
) -> None:
    consortium, query_id = asked
    await _rate(consortium, query_id, 0)
    await _rate(consortium, query_id, 1, verdict=Verdict.REFUTED)
    await _rate(consortium, query_id, 1, SOUTH, category=TELECOM)
    await _redeem(consortium, 2)

    await consortium[1].accounts.rating.round()
    await consortium[1].accounts.rating.round()
    assert _rated(consortium[1]) == [((NORTH, FRAUD, 1, 1),)]

    await _redeem(consortium, 3)
    await consortium[1].accounts.rating.round()
    assert _rated(consortium[1])[1:] == [((SOUTH, TELECOM, 1, 0),)]


@pytest.mark.parametrize(
    ("ratings", "left_s", "sent"), [(2, 126, False), (2, 124, True), (3, 126, True)], ids=str
)
async def test_ratings__fewer_than_go_together__wait_for_the_end_of_the_epoch(
    consortium: Consortium, ratings: int, left_s: int, *, sent: bool
) -> None:
    await consortium.whole("north.example", "both.example")
    await consortium.whole("north.example")
    house = consortium[1]
    await _redeem(consortium, 2)
    desk = RatingDesk(
        me=house.id,
        together=3,
        journal=RatingJournal(house.base.database),
        lane=house.lane,
        ledger=house.base.contracts.quality,
        view=house.base.view,
        clock=house.base.clock,
    )
    for number in range(ratings):
        await desk.add(_item(number))
    house.chain.pass_time(EPOCH_S - left_s - house.chain.number)

    await desk.round()

    assert _rated(house) == ([((NORTH, 1, ratings, 0),)] if sent else [])


async def test_ratings__more_than_redeemed_hits__are_sent_as_far_as_those_go(
    asked: tuple[Consortium, str],
) -> None:
    consortium, _ = asked
    await _redeem(consortium, 2)  # two hits
    for number in range(3):
        await consortium[1].accounts.rating.add(_item(number))

    for _ in range(2):
        await consortium[1].accounts.rating.round()

    assert _rated(consortium[1]) == [((NORTH, 1, 2, 0),)]
    assert len(await RatingJournal(consortium[1].base.database).unsent()) == 1


async def test_ratings__stopped_between_assignment_and_transaction__are_sent_by_the_next_round(
    asked: tuple[Consortium, str],
) -> None:
    consortium, query_id = asked
    await _rate(consortium, query_id, 0)
    await _redeem(consortium, 2)
    journal = RatingJournal(consortium[1].base.database)
    await journal.assign(await journal.unsent(), "rate:interrupted")

    for _ in range(2):
        await consortium[1].accounts.rating.round()

    assert _rated(consortium[1]) == [((NORTH, FRAUD, 1, 0),)]
    assert await journal.unconfirmed_intents() == ()


async def test_ratings__refused_by_the_contract__are_tried_again_and_hold_up_no_others(
    asked: tuple[Consortium, str],
) -> None:
    consortium, query_id = asked
    asker = consortium[1]
    await _rate(consortium, query_id, 0)
    await _redeem(consortium, 2)
    asker.lane.refused["rate"] = "RatingsExceedHits"
    with pytest.raises(TransactionReverted):
        await asker.accounts.rating.round()
    await _rate(consortium, query_id, 1)
    with pytest.raises(TransactionReverted):
        await asker.accounts.rating.round()

    asker.lane.refused.clear()
    await asker.accounts.rating.round()

    assert _rated(asker) == [((NORTH, FRAUD, 1, 0),), ((NORTH, FRAUD, 1, 0),)]


def test_sum__of_verdicts__counts_by_holder_and_category_whatever_their_order() -> None:
    items = [
        _item(1),
        _item(2, verdict=Verdict.REFUTED),
        _item(3, SOUTH, category=4),
        _item(4),
        _item(5, category=3, verdict=Verdict.REFUTED),
    ]
    expected = (
        Rating(holder=NORTH, category=1, confirmed=2, refuted=1),
        Rating(holder=NORTH, category=3, confirmed=0, refuted=1),
        Rating(holder=SOUTH, category=4, confirmed=1, refuted=0),
    )

    assert summed(items) == summed(reversed(items)) == expected
