"""Each epoch's allowance and budget are taken up once, and only when they are worth a transaction."""

import pytest
from stage.consortium import Consortium, House

from oracle.accounting.upkeep import EpochUpkeep
from oracle.chain import facts
from oracle.chain.books.parameters import parameter_key
from oracle.domain.ids import Credits, MemberId

ONE, TWO = MemberId(1), MemberId(2)


def _upkeep(house: House) -> EpochUpkeep:
    return EpochUpkeep(
        me=house.id,
        credit_ledger=house.base.contracts.credits,
        query_ledger=house.base.contracts.queries,
        lane=house.lane,
        view=house.base.view,
        clock=house.base.clock,
    )


def _orders(house: House) -> list[str]:
    return [name for name, _ in house.lane.orders if name != "publish"]


def _confirmed(consortium: Consortium) -> None:
    """Member 2 confirms what member 1 disclosed: it earns more than every member has."""
    view = consortium.chain.view
    epoch = view.epoch_of(view.now)
    consortium.chain.happen(
        lambda at: facts.Rated(
            at=at,
            requester=TWO,
            holder=ONE,
            category=1,
            confirmed=20,
            refuted=0,
            epoch=epoch,
        )
    )


async def test_upkeep__in_each_epoch__claims_the_allowance_once_and_the_old_one_expires(
    consortium: Consortium,
) -> None:
    asker, view = consortium[1], consortium.chain.view
    before = view.balance(ONE)

    for _ in range(3):
        await _upkeep(asker).round()

    assert _orders(asker).count("claimAllowance") == 1
    assert view.balance(ONE) == before + 10_000
    assert view.credits.account(ONE).unspent == 10_000
    consortium.chain.pass_time(1_000)
    await _upkeep(asker).round()
    assert _orders(asker).count("claimAllowance") == 2
    assert view.balance(ONE) == before + 10_000
    assert (view.credits.sums.allowances, view.credits.sums.expired) == (20_000, 10_000)
    assert view.credits.conserved


async def test_upkeep__while_the_allowance_is_nothing__claims_none(consortium: Consortium) -> None:
    _set(consortium, "allowance_rate", 0)

    await _upkeep(consortium[1]).round()

    assert _orders(consortium[1]) == ["openBudget"]


async def test_upkeep__of_a_budget__opens_the_first_and_those_that_are_more_than_all_have(
    consortium: Consortium,
) -> None:
    asker, view = consortium[1], consortium.chain.view
    for _ in range(2):
        await _upkeep(asker).round()
        assert _orders(asker).count("openBudget") == 1, "the first ever, without which nothing is anchored"
        consortium.chain.pass_time(1_000)
    asker.lane.orders.clear()
    _confirmed(consortium)
    consortium.chain.pass_time(1_000)

    for _ in range(2):
        await _upkeep(asker).round()

    assert _orders(asker).count("openBudget") == 1
    epoch = view.epoch_of(view.now)
    assert view.budget(ONE, epoch).limit == view.entitlement(ONE, epoch) > 10_000


async def test_upkeep__that_somebody_else_has_done__goes_on(consortium: Consortium) -> None:
    asker = consortium[1]
    asker.lane.refused["claimAllowance"] = "AllowanceAlreadyClaimed"
    _confirmed(consortium)
    consortium.chain.pass_time(1_000)

    await _upkeep(asker).round()

    assert _orders(asker) == ["openBudget"]


async def test_upkeep__of_a_suspended_member__does_nothing(consortium: Consortium) -> None:
    consortium.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=ONE))

    await _upkeep(consortium[1]).round()

    assert _orders(consortium[1]) == []


async def test_desk__after_the_claim__shows_allowance_budget_and_when_they_renew(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    await _upkeep(asker).round()
    await asker.submit("a.example", "b.example")
    await asker.commit()
    consortium.chain.happen(
        lambda at: facts.Penalized(at=at, member_id=ONE, amount=Credits(40), ref=bytes(32)),
        lambda at: facts.Escrowed(at=at, dispute_id=bytes(32), payer=ONE, payee=TWO, amount=Credits(60)),
    )

    shown = await asker.accounts.credits.credits()

    assert (shown.allowance, shown.allowance_unspent) == (10_000, 9_900)
    assert (shown.escrowed, shown.penalties) == (60, 40)
    assert (shown.evaluations_used, shown.evaluations_limit) == (2, 10_000)
    assert 0 < shown.epoch_ends - asker.base.clock.chain_time() <= 1_000


@pytest.mark.parametrize("winner", [ONE, TWO])
async def test_escrow__decided__goes_to_the_winner_and_credits_add_up(
    consortium: Consortium, winner: MemberId
) -> None:
    view = consortium.chain.view
    before = view.balance(winner)
    consortium.chain.happen(
        lambda at: facts.Escrowed(at=at, dispute_id=bytes(32), payer=ONE, payee=TWO, amount=Credits(60))
    )
    assert view.credits.conserved

    consortium.chain.happen(
        lambda at: facts.Released(at=at, dispute_id=bytes(32), winner=winner, amount=Credits(60))
    )

    assert view.balance(winner) == before + (60 if winner == TWO else 0)
    # Nobody is paid it by voucher any more: it was paid from escrow, or nobody owes it.
    assert view.redeemed(ONE, TWO).met == 60
    assert view.redeemed(ONE, TWO).set_off == (0 if winner == TWO else 60)
    assert view.credits.held_of(ONE) == 0
    assert view.credits.conserved


async def test_escrow__that_nobody_decided__goes_back_and_is_owed_by_voucher_again(
    consortium: Consortium,
) -> None:
    view = consortium.chain.view
    before = view.balance(ONE)
    consortium.chain.happen(
        lambda at: facts.Escrowed(at=at, dispute_id=bytes(32), payer=ONE, payee=TWO, amount=Credits(60))
    )
    assert view.redeemed(ONE, TWO).met == 60

    consortium.chain.happen(lambda at: facts.GivenBack(at=at, dispute_id=bytes(32), amount=Credits(60)))

    assert (view.balance(ONE), view.redeemed(ONE, TWO).met) == (before, 0)
    assert view.credits.conserved


def _set(consortium: Consortium, name: str, value: int) -> None:
    consortium.chain.happen(lambda at: facts.ParameterSet(at=at, key=parameter_key(name), value=value))
