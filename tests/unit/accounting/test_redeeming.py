"""Only the newest voucher of a pair goes to the chain, by amount, age and epoch, and is never paid twice."""

from collections.abc import Callable
from typing import Any

import pytest
from stage.consortium import Consortium, House
from stage.ledger import FactLane

from oracle.accounting.redeeming import MAX_VOUCHERS, Redeeming, RedemptionPolicy
from oracle.chain import facts
from oracle.chain.errors import TransactionReverted
from oracle.chain.facts import Fact, Position
from oracle.chain.transactions import Order, Transaction
from oracle.domain.ids import Address, BatchId, Credits, KeyVersion, MemberId
from oracle.domain.messages import Voucher
from oracle.rules.vouchers import Totals
from oracle.store.vouchers import HeldVoucher

ASKER = MemberId(1)
EPOCH_S = 1_000


def _redeemed(house: House) -> list[Any]:
    """(requester, amount) of every voucher, by transaction."""
    return [
        [(voucher[0], voucher[4]) for voucher in arguments[0]]
        for function, arguments in house.lane.orders
        if function == "redeem"
    ]


async def _hold(house: House, requester: int, amount: int) -> None:
    voucher = Voucher(
        requester=MemberId(requester),
        holder=house.id,
        queries=amount,
        hits=0,
        amount=Credits(amount),
        price_version=1,
        key_version=KeyVersion(1),
    )
    held = HeldVoucher(voucher=voucher, signature=bytes(65), received_at=house.base.clock.chain_time())
    before = await house.holder.vouchers.accepted_totals(MemberId(requester))
    charge = Totals(queries=amount - before.queries, hits=0, amount=Credits(amount - before.amount))
    batch_id = BatchId(requester.to_bytes(32) if amount < 2 else bytes([amount % 251]) * 32)
    await house.holder.vouchers.accept(MemberId(requester), batch_id, charge, held)


def _fund(house: House, *requesters: int) -> None:
    house.chain.happen(
        *(
            lambda at, r=requester: facts.Granted(at=at, member_id=MemberId(r), amount=Credits(1_000))
            for requester in requesters
        )
    )


class LaneThatRefusesOne:
    """The ledger as it is when one requester's voucher cannot be redeemed: it refuses the whole call."""

    def __init__(self, lane: FactLane, *, requester: int) -> None:
        self._lane = lane
        self._requester = requester

    async def execute(self, intent: str, order: Order) -> Transaction:
        _, arguments = self._lane.read(order)
        if self._requester in {voucher[0] for voucher in arguments[0]}:
            raise TransactionReverted(error="VoucherNotGreater", intent=intent)
        return await self._lane.execute(intent, order)


class LaneBehindAnother:
    """Another holder's redemption stands before ours in the block, and leaves nothing above the floor."""

    def __init__(self, house: House, *, requester: int) -> None:
        self._house = house
        self._requester = MemberId(requester)
        self._first = True

    async def execute(self, intent: str, order: Order) -> Transaction:
        if self._first:
            self._first = False
            view, chain = self._house.base.view, self._house.chain
            means = Credits(view.balance(self._requester) + view.parameter("credit_floor").value)
            chain.happen(
                lambda at: facts.Redeemed(
                    at=at,
                    requester=self._requester,
                    holder=MemberId(3),
                    queries=means,
                    hits=0,
                    amount=means,
                    paid=means,
                )
            )
        return await self._house.lane.execute(intent, order)


def _redeeming(
    house: House,
    *,
    min_amount: int,
    max_age_s: int,
    at_epoch_end: bool = False,
    lane: LaneThatRefusesOne | LaneBehindAnother | None = None,
) -> Redeeming:
    return Redeeming(
        policy=RedemptionPolicy(min_amount=min_amount, max_age_s=max_age_s, at_epoch_end=at_epoch_end),
        journal=house.holder.vouchers,
        lane=lane or house.lane,
        ledger=house.base.contracts.credits,
        view=house.base.view,
        clock=house.base.clock,
    )


@pytest.fixture
def north(consortium: Consortium) -> House:
    return consortium[2]


@pytest.mark.parametrize(
    ("amount", "age_s", "due"), [(99, 10, False), (100, 10, True), (99, 3_600, True), (99, 3_599, False)]
)
async def test_round__amount_and_age__redeems_what_the_policy_says(
    north: House, amount: int, age_s: int, *, due: bool
) -> None:
    await _hold(north, 1, amount)
    north.chain.pass_time(age_s)

    await _redeeming(north, min_amount=100, max_age_s=3_600).round()

    assert _redeemed(north) == ([[(ASKER, amount)]] if due else [])


@pytest.mark.parametrize(("left_s", "due"), [(251, False), (249, True)])
async def test_round__before_an_epoch_ends__redeems_whatever_the_amount(
    north: House, left_s: int, *, due: bool
) -> None:
    await _hold(north, 1, 1)
    north.chain.pass_time(EPOCH_S - left_s - north.chain.number)

    await _redeeming(north, min_amount=100, max_age_s=3_600, at_epoch_end=True).round()

    assert _redeemed(north) == ([[(ASKER, 1)]] if due else [])


async def test_round__again_without_a_newer_voucher__sends_nothing(north: House) -> None:
    redeeming = _redeeming(north, min_amount=1, max_age_s=9)
    await _hold(north, 1, 150)

    for _ in range(3):
        await redeeming.round()
    assert _redeemed(north) == [[(ASKER, 150)]]

    await _hold(north, 1, 180)
    await redeeming.round()

    assert _redeemed(north)[1:] == [[(ASKER, 180)]]
    assert north.base.view.redeemed(ASKER, north.id).paid == 180


async def test_round__many_pairs__come_in_transactions_of_a_bounded_size(north: House) -> None:
    requesters = range(100, 100 + MAX_VOUCHERS + 3)
    _fund(north, *requesters)
    for requester in requesters:
        await _hold(north, requester, 1)

    await _redeeming(north, min_amount=1, max_age_s=9).round()

    assert [len(transaction) for transaction in _redeemed(north)] == [MAX_VOUCHERS, 3]


async def test_round__with_one_voucher_that_the_ledger_refuses__redeems_the_others(north: House) -> None:
    _fund(north, 7, 8)
    for requester in (ASKER, 7, 8):
        await _hold(north, requester, 150)
    refusing = LaneThatRefusesOne(north.lane, requester=7)

    await _redeeming(north, min_amount=1, max_age_s=9, lane=refusing).round()

    assert _redeemed(north) == [[(ASKER, 150)], [(8, 150)]]


async def test_redemption__at_the_floor__pays_a_part_and_the_rest_when_there_is_more(north: House) -> None:
    north.chain.declare(credit_floor=50)
    _fund(north, 9)  # 1,000, so 1,050 can be paid
    await _hold(north, 9, 1_200)
    redeeming = _redeeming(north, min_amount=1, max_age_s=9)

    first = await redeeming.redeem_now(set())
    nothing = await redeeming.redeem_now(set())
    _fund(north, 9)
    second = await redeeming.redeem_now(set())

    assert [(pair.amount, pair.paid) for pair in first.pairs] == [(1_200, 1_050)]
    assert nothing.pairs == ()
    assert [(pair.amount, pair.paid) for pair in second.pairs] == [(1_200, 150)]
    assert north.base.view.balance(MemberId(9)) == 800


async def test_redemption__that_nothing_was_left_for__is_made_again_when_there_is_more(north: House) -> None:
    north.chain.declare(credit_floor=50)
    _fund(north, 9)
    await _hold(north, 9, 100)
    redeeming = _redeeming(north, min_amount=1, max_age_s=9, lane=LaneBehindAnother(north, requester=9))

    await redeeming.round()
    assert north.base.view.redeemed(MemberId(9), north.id).paid == 0
    _fund(north, 9)
    await redeeming.round()

    assert north.base.view.redeemed(MemberId(9), north.id).paid == 100


async def test_round__while_newer_vouchers_keep_coming__goes_by_the_age_of_what_waits_longest(
    consortium: Consortium, north: House
) -> None:
    redeeming = _redeeming(north, min_amount=10_000, max_age_s=100)

    due = []
    for _ in range(4):
        await consortium.whole("north.example")
        north.chain.pass_time(60)
        await redeeming.round()
        due.append(len(_redeemed(north)))

    assert due == [0, 1, 1, 2]


ENDINGS: dict[str, Callable[[Position], Fact]] = {
    "its key is replaced": lambda at: facts.OperatorRotated(
        at=at, member_id=ASKER, version=KeyVersion(2), operator=Address("0x" + "12" * 20)
    ),
    "its requester is gone": lambda at: facts.MemberExpelled(at=at, member_id=ASKER),
    "we are gone": lambda at: facts.MemberLeft(at=at, member_id=MemberId(2)),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_round__with_a_voucher_that_the_ledger_will_not_take_for_ever__redeems_it_at_once(
    north: House, ending: str
) -> None:
    """An epoch later it would be refused, whatever the policy says of small sums."""
    redeeming = _redeeming(north, min_amount=100, max_age_s=3_600)
    await _hold(north, 1, 5)

    await redeeming.round()
    assert _redeemed(north) == []
    north.chain.happen(ENDINGS[ending])
    await redeeming.round()

    assert _redeemed(north) == [[(ASKER, 5)]]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_round__with_a_voucher_that_the_ledger_takes_no_more__holds_no_other_back(
    north: House, ending: str
) -> None:
    _fund(north, 7)
    north.chain.happen(ENDINGS[ending])
    north.chain.pass_time(EPOCH_S + 1)
    await _hold(north, 1, 150)
    await _hold(north, 7, 150)

    report = await _redeeming(north, min_amount=1, max_age_s=9).redeem_now(set())

    others = [] if ending == "we are gone" else [7]
    assert [pair.requester for pair in report.pairs] == others


async def test_redeem_now__of_named_members__leaves_the_others(north: House) -> None:
    _fund(north, 9)
    await _hold(north, 1, 5)
    await _hold(north, 9, 7)

    report = await _redeeming(north, min_amount=1_000, max_age_s=9_000).redeem_now({MemberId(9)})

    assert [(pair.requester, pair.paid) for pair in report.pairs] == [(9, 7)]
    assert report.transaction.startswith("0x")
    assert north.base.view.redeemed(ASKER, north.id).paid == 0


async def test_redeem_now__with_nothing_held__says_so_without_a_transaction(north: House) -> None:
    report = await _redeeming(north, min_amount=1, max_age_s=1).redeem_now(set())

    assert (report.pairs, report.transaction) == ((), "")
    assert _redeemed(north) == []
