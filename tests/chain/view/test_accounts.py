"""Credits, ratings, prices and publications: the view against the contracts at the same block."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest

from oracle.chain.contracts.bindings import Bindings
from oracle.chain.contracts.quality_ledger import Rating
from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import TransactionReverted
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import sign
from oracle.crypto.typed_data import digest, voucher_domain
from oracle.domain.application import Application
from oracle.domain.ids import BatchId, BlockNumber, Credits, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication, Voucher

ExpectEqual = Callable[[AllianceView], Awaitable[None]]
AskChain = Callable[..., Awaitable[object]]
OperatorLane = Callable[[int], Lane]
ONE, TWO, THREE = MemberId(1), MemberId(2), MemberId(3)


class Founder(Protocol):
    application: Application
    governance: AccountSigner
    operator: AccountSigner
    operator_key: bytes


def _signed(record: DeploymentRecord, requester: Founder, voucher: Voucher) -> tuple[Voucher, bytes]:
    domain = voucher_domain(record.chain_id, record.address_of("CreditLedger"))
    return voucher, sign(requester.operator_key, digest(domain, voucher))


async def test_view__vouchers_ratings_and_epochs__equals_the_contracts(
    *,
    stream: EventStream,
    expect_equal: ExpectEqual,
    contracts: Bindings,
    record: DeploymentRecord,
    founders: tuple[Founder, ...],
    operator_lane: OperatorLane,
    governed: Callable[[Order], Awaitable[None]],
    ask_chain: AskChain,
) -> None:
    holder = operator_lane(2)
    for number, (queries, hits, amount) in enumerate(((10, 2, 210), (30, 6, 630), (50, 90, 9050))):
        voucher = Voucher(
            requester=ONE,
            holder=TWO,
            queries=queries,
            hits=hits,
            amount=Credits(amount),
            price_version=1,
            key_version=KeyVersion(1),
        )
        order = contracts.credits.redeem([_signed(record, founders[0], voucher)])
        await holder.execute(f"redeem {number}", order)
    ratings = [
        Rating(holder=TWO, category=1, confirmed=3, refuted=1),
        Rating(holder=TWO, category=4, confirmed=2, refuted=0),
    ]
    await operator_lane(1).execute("rate", contracts.quality.rate(ratings))
    await governed(contracts.parameters.set_prices(Credits(7), Credits(333)))
    await governed(contracts.parameters.set("finality_depth", 2))
    await stream.poll()
    view = stream.view
    assert view.balance(ONE) == -500  # the floor: the last voucher is paid in part
    assert (view.redeemed(ONE, TWO).amount, view.redeemed(ONE, TWO).paid) == (9050, 1500)
    assert view.redeemed(ONE, TWO).paid_hits == 90 * 1500 // 9050
    assert view.head is not None
    epoch = view.epoch_of(view.head.timestamp)
    assert view.score_bps(TWO, epoch) == 5000
    assert view.score_bps(TWO, epoch + 1) == 10000 * 15 // 27
    assert view.quality.score_bps(TWO, epoch + 1, category=4) == 10000 * 12 // 22
    await expect_equal(view)

    await ask_chain("evm_increaseTime", 100)
    await ask_chain("evm_mine")
    await stream.poll()

    assert view.price_at(view.epoch_of(view.head.timestamp)).hit_fee == 333
    await expect_equal(view)
    with pytest.raises(TransactionReverted, match="NegativeBalance"):
        await operator_lane(1).execute("commit", _any_commitment(contracts, view))


def _any_commitment(contracts: Bindings, view: AllianceView) -> Order:
    assert view.head is not None
    commitment = Commitment(batch_id=BatchId(b"\x01" * 32), count=1, deadline=view.head.timestamp + 500)
    return contracts.queries.commit([commitment])


async def test_view__publications__answers_the_snapshot_rule_by_block(
    *,
    stream: EventStream,
    expect_equal: ExpectEqual,
    contracts: Bindings,
    operator_lane: OperatorLane,
    ask_chain: AskChain,
) -> None:
    blocks = []
    for sequence in (1, 5):
        publication = Publication(
            holder=ONE,
            sequence=Sequence(sequence),
            root=keccak256(bytes([sequence])),
            bits=3,
            oprf_key_version=KeyVersion(1),
        )
        row = await operator_lane(1).execute(
            f"publish {sequence}", contracts.datasets.publish(publication, changed=sequence)
        )
        assert row.block_number is not None
        blocks.append(row.block_number)
        await ask_chain("evm_mine")
    await stream.poll()

    view = stream.view
    await expect_equal(view)
    assert view.publication_before(ONE, blocks[0]) is None
    first, second = view.publications_of(ONE)
    assert view.publication_before(ONE, blocks[1]) == first
    assert view.publication_before(ONE, BlockNumber(blocks[1] + 1)) == second
    assert view.publications.up_to(ONE, blocks[1]) == second
    assert view.publication_before(TWO, BlockNumber(10_000)) is None
