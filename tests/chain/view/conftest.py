"""A view that follows the deployment, and the contracts to hold it against."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from oracle.chain.calls import contract_at
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import Bindings, bindings
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.events import EventStream
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.domain.ids import KeyVersion, MemberId
from oracle.governing.examining import Examiner
from oracle.governing.names import MemberNames
from oracle.governing.parameters import ParametersReader

ExpectEqual = Callable[[AllianceView], Awaitable[None]]
AskChain = Callable[..., Awaitable[object]]

_PLENTY = hex(5_000_000)
"""Gas for a governed call: an estimate is short when a second turns and votes need one checkpoint more."""


@pytest.fixture
def contracts(record: DeploymentRecord) -> Bindings:
    return bindings(record)


@pytest.fixture
def governed(
    record: DeploymentRecord, connection: ChainConnection, ask_chain: AskChain
) -> Callable[[Order], Awaitable[None]]:
    """Carries out an order as the timelock would after a vote."""
    timelock = record.address_of("ConsortiumTimelock")

    async def carry_out(order: Order) -> None:
        await ask_chain("anvil_impersonateAccount", timelock)
        call = {
            "from": timelock,
            "to": order.to,
            "data": "0x" + order.data.hex(),
            "gasPrice": "0x0",
            "gas": _PLENTY,
        }
        tx_hash = bytes.fromhex(str(await ask_chain("eth_sendTransaction", call))[2:])
        for _ in range(200):
            receipt = await connection.ask(lambda node: node.receipt(tx_hash))
            if receipt is not None:
                assert receipt.succeeded
                return
            await asyncio.sleep(0.01)
        pytest.fail("the governed order was never mined")

    return carry_out


@pytest.fixture
async def stream(stream_of: Callable[..., EventStream]) -> EventStream:
    made = stream_of()
    await made.rebuild()
    await made.poll()
    return made


@pytest.fixture
def examiner(
    record: DeploymentRecord, connection: ChainConnection, contracts: Bindings, stream: EventStream
) -> Examiner:
    return Examiner(
        contracts={name: contract_at(name, one.address) for name, one in record.contracts.items()},
        connection=connection,
        view=stream.view,
        names=MemberNames(view=stream.view, known=record.names),
        parameters=ParametersReader(
            view=stream.view,
            governor=contracts.governor,
            timelock=contracts.timelock,
            connection=connection,
        ),
    )


@pytest.fixture
def expect_equal(
    contracts: Bindings, connection: ChainConnection
) -> Callable[[AllianceView], Awaitable[None]]:
    """Everything the view derives, against the contracts at the view's head."""

    async def expect(view: AllianceView) -> None:
        await _expect_equal(view, contracts, connection)

    return expect


async def _expect_equal(view: AllianceView, contracts: Bindings, connection: ChainConnection) -> None:
    """Everything the view derives, against the contracts at the view's head."""
    assert view.head is not None
    block, epoch = view.head.number, view.epoch_of(view.head.timestamp)
    assert epoch == await contracts.parameters.current_epoch(connection, block=block)
    assert len(view.members.all) == await contracts.registry.member_count(connection, block=block)
    standing = await contracts.registry.standing_count(connection, block=block)
    assert len(view.members_in_standing()) == standing
    for name in view.parameters.names:
        assert view.parameter(name).value == await contracts.parameters.get(connection, name, block=block)
    for some_epoch in (0, epoch, epoch + 1, epoch + 7):
        prices = view.price_at(some_epoch)
        shown = (prices.version, prices.query_fee, prices.hit_fee)
        assert shown == await contracts.parameters.price_at(connection, some_epoch, block=block)
    for member in view.members.all.values():
        await _expect_equal_member(view, member.id, epoch, contracts, connection)
    assert view.credits.conserved
    sums, totals = view.credits.sums, await contracts.credits.totals(connection, block=block)
    assert (sums.granted, sums.allowances, sums.expired, sums.penalties, sums.escrowed) == (
        totals.granted,
        totals.allowances,
        totals.expired,
        totals.penalties,
        totals.escrowed,
    )
    assert sums.outstanding == await contracts.credits.outstanding(connection, block=block)


async def _expect_equal_member(
    view: AllianceView, member: MemberId, epoch: int, contracts: Bindings, connection: ChainConnection
) -> None:
    assert view.head is not None
    block, known = view.head.number, view.member(member)
    assert known.status == await contracts.registry.status_of(connection, member, block=block)
    for version in range(1, len(known.operators) + 1):
        operator = await contracts.registry.operator_at(connection, member, KeyVersion(version), block=block)
        assert view.operator_of(member, KeyVersion(version)) == operator
    assert view.member_by_operator(known.operator.value) == known
    budget = view.budget(member, epoch)
    assert (budget.used, budget.limit) == await contracts.queries.budget_of(connection, member, block=block)
    unspent = await contracts.credits.unspent_allowance_of(connection, member, block=block)
    assert view.credits.account(member).unspent == unspent
    assert view.balance(member) == await contracts.credits.balance_of(connection, member, block=block)
    published = view.publications_of(member)
    newest = published[-1].publication if published else None
    assert newest == await contracts.datasets.latest(connection, member, block=block)
    assert view.score_bps(member, epoch) == await contracts.quality.score_bps_of(
        connection, member, block=block
    )
    for category in (1, 2, 3, 4):
        shown = view.quality.score_bps(member, epoch, category)
        assert shown == await contracts.quality.category_score_bps_of(
            connection, member, category, block=block
        )
    assert view.entitlement(member, epoch) == await contracts.quality.entitlement_of(
        connection, member, block=block
    )
    assert view.quality.fresh_bps(member, epoch) == await contracts.quality.fresh_bps_of(
        connection, member, block=block
    )
    breached = await contracts.quality.breaches_of(connection, member, block=block)
    assert view.quality.breaches(member, epoch) == breached
    assert view.quality.weights(member, epoch) == await contracts.quality.weights_of(
        connection, member, block=block
    )
    live = await contracts.quality.live_score_bps_of(connection, member, block=block)
    assert view.score_bps(member, epoch + 1) == live
    assert view.hit_price(member, epoch) == await contracts.quality.hit_price_of(
        connection, member, block=block
    )
    for other in view.members.all:
        settled = await contracts.credits.redeemed_of(connection, member, other, block=block)
        redeemed = view.redeemed(member, other)
        assert (redeemed.paid, redeemed.amount, redeemed.queries, redeemed.hits) == (
            settled.paid,
            settled.amount,
            settled.queries,
            settled.hits,
        )
        paid_hits = await contracts.credits.paid_hits_of(connection, member, other, block=block)
        assert redeemed.paid_hits == paid_hits
        rated = await contracts.quality.rated_of(connection, member, other, block=block)
        assert view.quality.rated(member, other) == rated
