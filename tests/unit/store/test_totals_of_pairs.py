"""What the charges of a pair add up to is the same as their sum, whatever happened to the list."""

import random
from collections import defaultdict

import pytest
from sqlalchemy import func, select, text
from stage.stores import step_back, step_to, synchronous

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.rules.vouchers import Totals
from oracle.store.charges import ChargeJournal
from oracle.store.database import Database
from oracle.store.pair_totals import ChargeList, Side
from oracle.store.tables import accepted, charges
from oracle.store.vouchers import VoucherJournal

ONE, OTHER = MemberId(2), MemberId(3)
BEFORE = "0017"


def _batch(number: int) -> BatchId:
    return BatchId(bytes([number]) * 32)


def _charge(draw: random.Random) -> Totals:
    return Totals(queries=draw.randrange(9), hits=draw.randrange(9), amount=Credits(draw.randrange(900)))


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("seed", range(3))
async def test_total__after_any_changes_of_the_list__is_that_of_all_that_was_not_withdrawn(
    database: Database, side: Side, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311 - which changes are tried
    listed: defaultdict[MemberId, dict[BatchId, Totals]] = defaultdict(dict)
    forgotten: defaultdict[MemberId, Totals] = defaultdict(Totals)
    newest: defaultdict[MemberId, int] = defaultdict(int)
    kept = ChargeList(database, side)
    for _ in range(60):
        member, batch, charge = draw.choice((ONE, OTHER)), _batch(draw.randrange(6)), _charge(draw)
        lines = listed[member]
        async with database.writing() as connection:
            match draw.choice(("put", "put", "correct", "withdraw", "forget")):
                case "put":
                    version = draw.randrange(9)
                    await kept.put(connection, member, batch, charge, price_version=version)
                    lines[batch] = charge
                    newest[member] = max(newest[member], version)
                case "correct":
                    await kept.correct(connection, member, batch, charge)
                    if batch in lines:
                        lines[batch] = charge
                case "withdraw":
                    await kept.withdraw(connection, member, batch)
                    lines.pop(batch, None)
                case "forget":
                    await kept.forget(connection, member, batch)
                    forgotten[member] = forgotten[member].plus(lines.pop(batch, Totals()))

    for member in (ONE, OTHER):
        every = forgotten[member]
        for charge in listed[member].values():
            every = every.plus(charge)
        async with database.reading() as connection:
            assert await kept.total(connection, member) == (every, newest[member])
            assert await kept.line(connection, member, _batch(1)) == listed[member].get(_batch(1))


async def test_total__of_a_transaction_that_is_undone__is_undone_with_its_line(database: Database) -> None:
    kept = ChargeList(database, Side.GIVEN)
    charge = Totals(queries=1, hits=0, amount=Credits(7))

    async def fail() -> None:
        async with database.writing() as connection:
            await kept.put(connection, ONE, _batch(1), charge, price_version=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    async with database.reading() as connection:
        assert await kept.total(connection, ONE) == (Totals(), 0)
        assert await connection.scalar(select(func.count()).select_from(charges)) == 0


async def test_step__over_lists_and_what_was_folded__adds_both_up_and_can_be_taken_back(
    store_url: str,
) -> None:
    step_to(store_url, BEFORE)
    with synchronous(store_url) as connection:
        lines = [
            {
                "holder": ONE,
                "batch_id": _batch(n),
                "queries": n,
                "hits": 1,
                "amount": 10 * n,
                "price_version": n,
            }
            for n in (1, 2, 3)
        ]
        connection.execute(charges.insert(), lines)
        line = {"requester": OTHER, "batch_id": _batch(4), "queries": 5, "hits": 6, "amount": 70}
        connection.execute(accepted.insert(), line)
        connection.execute(
            text(
                "INSERT INTO folded (side, member, batches, queries, hits, amount, price_version)"
                " VALUES ('given', 2, 8, 100, 200, 3000, 2), ('accepted', 4, 1, 1, 2, 3, 0)"
            )
        )

    database = await Database.open(store_url)

    assert await ChargeJournal(database).totals(ONE) == (
        Totals(queries=106, hits=203, amount=Credits(3_060)),
        3,
    )
    vouchers = VoucherJournal(database, ONE)
    assert await vouchers.accepted_totals(OTHER) == Totals(queries=5, hits=6, amount=Credits(70))
    assert await vouchers.accepted_totals(MemberId(4)) == Totals(queries=1, hits=2, amount=Credits(3))
    assert await ChargeJournal(database).holders() == (ONE,)
    await database.close()
    step_back(store_url, BEFORE)
    with synchronous(store_url) as connection:
        found = connection.execute(
            text(
                "SELECT side, member, queries, hits, amount, price_version FROM folded ORDER BY member, side"
            )
        ).all()
    assert [tuple(row) for row in found] == [
        ("given", 2, 100, 200, 3_000, 3),
        ("accepted", 3, 0, 0, 0, 0),
        ("accepted", 4, 1, 2, 3, 0),
    ]
