"""Charges, accepted charges with their vouchers, and ratings: each counts once."""

from dataclasses import replace

import pytest

from oracle.domain.ids import BatchId, Credits, KeyVersion, MemberId
from oracle.domain.messages import Voucher
from oracle.domain.reports import Verdict
from oracle.rules.vouchers import Totals
from oracle.store.charges import ChargeJournal
from oracle.store.database import Database
from oracle.store.ratings import RatedItem, RatingJournal
from oracle.store.vouchers import HeldVoucher, VoucherJournal

ME, ASKER, OTHER = MemberId(2), MemberId(1), MemberId(3)


def _batch(number: int) -> BatchId:
    return BatchId(bytes([number]) * 32)


def _charge(queries: int, hits: int = 0) -> Totals:
    return Totals(queries=queries, hits=hits, amount=Credits(queries + 100 * hits))


def _held(totals: Totals, requester: MemberId = ASKER) -> HeldVoucher:
    voucher = Voucher(
        requester=requester,
        holder=ME,
        queries=totals.queries,
        hits=totals.hits,
        amount=totals.amount,
        price_version=2,
        key_version=KeyVersion(4),
    )
    return HeldVoucher(voucher=voucher, signature=bytes([totals.queries % 256]) * 65, received_at=77)


async def test_charges__of_a_pair__add_up_and_a_batch_counts_once(database: Database) -> None:
    journal = ChargeJournal(database)
    assert await journal.totals(OTHER) == (Totals(), 0)

    await journal.charge(OTHER, _batch(1), _charge(3, 1), 1)
    await journal.charge(OTHER, _batch(2), _charge(5), 3)
    await journal.charge(OTHER, _batch(1), _charge(900, 90), 9)
    await journal.charge(MemberId(4), _batch(1), _charge(7), 2)

    assert await journal.totals(OTHER) == (_charge(8, 1), 3)
    assert await journal.charge_of(OTHER, _batch(1)) == _charge(3, 1)
    assert await journal.charge_of(OTHER, _batch(9)) is None
    assert sorted(await journal.holders()) == [OTHER, MemberId(4)]


async def test_accepted__of_a_requester__adds_up_and_the_newest_voucher_stands(database: Database) -> None:
    journal = VoucherJournal(database, ME)
    await journal.accept(ASKER, _batch(1), _charge(3, 1), _held(_charge(3, 1)))
    await journal.accept(ASKER, _batch(2), _charge(4), _held(_charge(7, 1)))
    await journal.accept(ASKER, _batch(1), _charge(3, 1), _held(_charge(7, 1)))
    await journal.accept(OTHER, _batch(3), _charge(1), _held(_charge(1), OTHER))

    assert await journal.accepted_totals(ASKER) == _charge(7, 1)
    assert await journal.accepted_totals(ASKER, without=_batch(1)) == _charge(4)
    assert await journal.accepted_totals(MemberId(9)) == Totals()
    assert await journal.held(ASKER) == _held(_charge(7, 1))
    assert await journal.held(MemberId(9)) is None
    assert [held.voucher.requester for held in await journal.all_held()] == [ASKER, OTHER]


async def test_accepted__amounts_of_the_ledger_s_size__are_kept_exactly(database: Database) -> None:
    journal = VoucherJournal(database, ME)
    great = Totals(queries=2**40, hits=2**40, amount=Credits(2**62))

    await journal.accept(ASKER, _batch(1), great, _held(great))

    assert await journal.accepted_totals(ASKER) == great
    held = await journal.held(ASKER)
    assert held is not None
    assert held.voucher.amount == 2**62


def _item(number: int, category: int = 1, verdict: Verdict = Verdict.CONFIRMED) -> RatedItem:
    return RatedItem(batch_id=_batch(number), index=0, holder=OTHER, category=category, verdict=verdict)


async def test_rating__added_twice__keeps_the_first_verdict(database: Database) -> None:
    journal = RatingJournal(database)

    assert await journal.add(_item(1)) is True
    assert await journal.add(_item(1, verdict=Verdict.REFUTED)) is False
    assert await journal.add(_item(1, category=2)) is True

    assert set(await journal.unsent()) == {_item(1), _item(1, category=2)}


async def test_ratings__assigned_and_confirmed__leave_the_unsent_once(database: Database) -> None:
    journal = RatingJournal(database)
    for number in (1, 2, 3):
        await journal.add(_item(number))

    await journal.assign([_item(1), _item(2)], "rate:x")
    assert await journal.unsent() == (_item(3),)
    assert await journal.of_intent("rate:x") == (_item(1), _item(2))
    assert await journal.unconfirmed_intents() == ("rate:x",)

    await journal.confirm("rate:x")

    assert await journal.unconfirmed_intents() == ()
    assert await journal.of_intent("rate:y") == ()
    assert await journal.unsent() == (_item(3),)


@pytest.mark.parametrize("field", ["batch_id", "index", "holder", "category"])
async def test_ratings__that_differ_in_one_field__are_assigned_apart(database: Database, field: str) -> None:
    journal = RatingJournal(database)
    other = {"batch_id": _batch(9), "index": 1, "holder": MemberId(9), "category": 4}
    items = (_item(1), replace(_item(1), **{field: other[field]}))
    for item in items:
        assert await journal.add(item) is True

    await journal.assign(items[:1], "rate:x")

    assert await journal.unsent() == items[1:]


async def test_ratings__of_a_lost_journal__are_taken_as_sent_up_to_what_the_chain_has(
    database: Database,
) -> None:
    journal = RatingJournal(database)
    items = [_item(number) for number in range(5)]
    elsewhere = replace(_item(0), holder=MemberId(9))
    await journal.add_all([*items, elsewhere])
    await journal.assign(items[4:], "rate:known")

    assert await journal.adopt(OTHER, rated=3) == 2
    assert await journal.adopt(OTHER, rated=3) == 0

    assert set(await journal.unsent()) == {*items[2:4], elsewhere}
    assert await journal.unconfirmed_intents() == ("rate:known",)
