"""Credits, ratings, prices and publications: the view against the contracts at the same block."""

from collections.abc import Awaitable, Callable

import pytest
from stage.express_requests import Founder, signed_express

from oracle.chain.books.anchors import ReportState
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.contracts.quality_ledger import Rating
from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import TransactionReverted
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.crypto.anchor_tree import AnchoredBatch, anchor_proof, anchor_root
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import sign
from oracle.crypto.typed_data import digest, voucher_domain
from oracle.domain.audits import CaseKind
from oracle.domain.ids import BatchId, BlockNumber, Credits, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication, Voucher

ExpectEqual = Callable[[AllianceView], Awaitable[None]]
AskChain = Callable[..., Awaitable[object]]
OperatorLane = Callable[[int], Lane]
ONE, TWO, THREE = MemberId(1), MemberId(2), MemberId(3)


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
    # Down to the floor, as the last voucher is paid in part; then 6 ratings earned back 5 credits each.
    assert view.balance(ONE) == -500 + 30
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


async def test_view__allowances_budgets_anchors_and_reports__equals_the_contracts(
    *,
    stream: EventStream,
    expect_equal: ExpectEqual,
    contracts: Bindings,
    connection: ChainConnection,
    record: DeploymentRecord,
    founders: tuple[Founder, ...],
    operator_lane: OperatorLane,
    ask_chain: AskChain,
) -> None:
    lane, view = operator_lane(1), stream.view
    requests = [signed_express(record, founders[0], nonce=nonce, at=view.now) for nonce in (1, 1, 2)]
    requests[1] = signed_express(record, founders[0], nonce=1, at=view.now, count=9)
    batches = [AnchoredBatch(batch_id=batch, count=signed.request.count) for batch, signed in requests]
    root = anchor_root(batches[1:])
    for order in (
        contracts.credits.claim_allowance(ONE),
        contracts.queries.open_budget(ONE),
        contracts.queries.commit(
            [Commitment(batch_id=BatchId(b"\x05" * 32), count=70, deadline=view.now + 500)]
        ),
        contracts.queries.anchor(root, batches=2),
    ):
        await lane.execute(order.data.hex()[:60], order)
    await operator_lane(2).execute(
        "reuse", contracts.audits.prove_nonce_reuse(requests[0][1], requests[1][1])
    )
    await ask_chain("evm_increaseTime", 3_600)
    for name, (_, signed) in zip(("lost", "anchored"), requests[::2], strict=True):
        await operator_lane(2).execute(f"report {name}", contracts.queries.report(signed))
    answer = contracts.queries.answer_report(
        ONE, batches[2].batch_id, root=root.hash, index=1, siblings=anchor_proof(batches[1:], 1)
    )
    await operator_lane(3).execute("answer", answer)
    await stream.poll()
    assert [report.reported.batch_id for report in view.anchors.open_reports_on(ONE)] == [requests[0][0]]
    await ask_chain("evm_increaseTime", 86_400 * (1 + 21) + 1)
    await operator_lane(3).execute("close", contracts.queries.close_report(ONE, batches[0].batch_id))
    await stream.poll()

    states = [view.anchors.report(ONE, batches[index].batch_id) for index in (0, 2)]
    assert [None if report is None else report.state for report in states] == [
        ReportState.BREACHED,
        ReportState.NEEDLESS,
    ]
    assert view.anchors.anchor(ONE, root.hash) is not None
    assert view.anchors.reused_nonces == {(ONE, 1)}
    (reuse,) = view.audits.newest_cases()
    assert (reuse.kind, reuse.accused) == (CaseKind.NONCE_REUSE, ONE)
    unanchored = 10_000 + 150 * 2 * requests[0][1].request.count  # a hit each, at each of the others
    assert (view.credits.penalties(ONE), view.credits.penalties(TWO)) == (unanchored, 1_000)
    assert view.head is not None
    for index, report in zip((0, 2), states, strict=True):
        state = await contracts.queries.report_state_of(
            connection, ONE, batches[index].batch_id, block=view.head.number
        )
        assert report is not None
        assert report.state == state
    await expect_equal(view)
