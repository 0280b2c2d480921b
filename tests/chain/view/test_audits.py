"""Auditors, draws and cases: the view against the contract at the same block."""

from collections.abc import Awaitable, Callable

import pytest
from eth_account import Account

from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.audit_ledger import AuditorPapers, SignedHead
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.crypto.draws import draw_value, mixed, seed_commitment
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import sign
from oracle.crypto.typed_data import digest, member_domain
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import ReplyHead

AskChain = Callable[..., Awaitable[object]]
ONE, TWO = MemberId(1), MemberId(2)
PAPERS = AuditorPapers(
    sealing_suite=1,
    sealing_key=keccak256(b"auditor"),
    certificate=b"\x30" * 400,
    name_hash=keccak256(b"name"),
)
DIGEST = keccak256(b"digest")


@pytest.fixture
async def auditors(
    contracts: Bindings, governed: Callable[[Order], Awaitable[None]]
) -> tuple[AccountSigner, ...]:
    made = tuple(AccountSigner(bytes(Account.create().key)) for _ in range(2))
    for auditor in made:
        await governed(contracts.audits.appoint(auditor.address, PAPERS))
    return made


async def _expect_equal(view: AllianceView, contracts: Bindings, connection: ChainConnection) -> None:
    assert view.head is not None
    block, now = view.head.number, view.head.timestamp
    assert set(view.audits.auditors) == await contracts.audits.auditors(connection, block=block)
    for epoch, draw in view.audits.draws.items():
        theirs = await contracts.audits.draw_of(connection, epoch, block=block)
        assert (draw.value or bytes(32), draw.reveal_by or 0) == (theirs.value, theirs.reveal_by)
        assert (len(draw.commitments), len(draw.revealed)) == (theirs.committed, theirs.revealed)
        assert draw.sample_ppm == theirs.sample_ppm
    for case in view.audits.cases.values():
        file = await contracts.audits.case_of(connection, case.id, block=block)
        assert (case.kind, case.state(now), case.accused) == (file.kind, file.state, file.accused)
        assert (case.answer_by, case.decide_by) == (file.answer_by, file.decide_by)
        assert (case.appeal_by(now) or 0, case.answer or bytes(32)) == (file.appeal_by, file.answer)
        assert (case.opener or 0, case.overturned) == (file.opener, file.overturned)
        assert (case.found(now), case.most) == (file.found, file.most)


def _signed(record: DeploymentRecord, key: bytes, root: bytes, answered_at: int) -> SignedHead:
    head = ReplyHead(
        batch_id=BatchId(DIGEST),
        holder=TWO,
        snapshot_block=BlockNumber(1),
        snapshot_block_hash=DIGEST,
        sequence=Sequence(7),
        root=root,
        bits=3,
        oprf_key_version=KeyVersion(1),
        answered_at=answered_at,
        body_digest=DIGEST,
    )
    domain = member_domain(record.chain_id, record.address_of("MemberRegistry"))
    return SignedHead(head=head, key_version=1, signature=sign(key, digest(domain, head)))


async def test_view__cases_of_every_kind_through_all_states__equals_the_contract(
    *,
    stream: EventStream,
    contracts: Bindings,
    connection: ChainConnection,
    record: DeploymentRecord,
    founders: tuple[object, ...],
    auditors: tuple[AccountSigner, ...],
    operator_lane: Callable[[int], Lane],
    lane_of: Callable[..., Lane],
    governed: Callable[[Order], Awaitable[None]],
    ask_chain: AskChain,
) -> None:
    audits, view = contracts.audits, stream.view
    judges = [lane_of(auditor) for auditor in auditors]
    one, two = operator_lane(1), operator_lane(2)
    await one.execute("cause", audits.open_for_cause(TWO, DIGEST))
    await one.execute("dispute", audits.open_dispute(TWO, claim=DIGEST, reply=DIGEST, amount=300))
    await stream.poll()
    assert view.head is not None
    key = founders[1].operator_key  # type: ignore[attr-defined]  # a founder of conftest
    heads = [_signed(record, key, keccak256(root), view.head.timestamp) for root in (b"one", b"two")]
    await one.execute("heads", audits.prove_two_heads(*heads))
    await stream.poll()
    await _expect_equal(view, contracts, connection)
    contradiction, dispute, cause = view.audits.newest_cases()
    assert (cause.kind, cause.opener, cause.accused) == (CaseKind.CAUSE, ONE, TWO)
    assert (dispute.amount, dispute.reply_digest) == (300, DIGEST)
    assert (contradiction.kind, contradiction.opener) == (CaseKind.CONTRADICTION, None)

    for case in (cause, dispute):
        await two.execute(f"answer {case.id.hex()}", audits.answer(case.id, DIGEST))
        for judge in judges:
            order = audits.cast_verdict(case.id, found=3 if case is cause else 0, reason=DIGEST)
            await judge.execute(f"verdict {case.id.hex()}", order)
    await stream.poll()
    await _expect_equal(view, contracts, connection)

    await governed(audits.overturn(cause.id, 2))
    await one.execute("settle", audits.settle(cause.id))
    await ask_chain("evm_increaseTime", 3_600 * 24 * 60)
    await ask_chain("evm_mine")
    await stream.poll()
    await _expect_equal(view, contracts, connection)
    assert view.audits.cases[cause.id].outcome is CaseState.UPHELD
    for case in (dispute, contradiction):
        await one.execute(f"settle {case.id.hex()}", audits.settle(case.id))
    await stream.poll()
    await _expect_equal(view, contracts, connection)
    epoch = view.epoch_of(view.head.timestamp)
    assert view.quality.breaches(TWO, epoch + 1)[0] == 2
    settled = await contracts.credits.redeemed_of(connection, ONE, TWO, block=view.head.number)
    assert view.redeemed(ONE, TWO).paid == settled.paid == 300  # dismissed: the escrow went to the holder
    assert view.balance(TWO) == await contracts.credits.balance_of(connection, TWO, block=view.head.number)


@pytest.mark.parametrize("answered", [True, False])
async def test_view__a_dispute_that_no_holder_wins__sets_off_what_the_contract_does(
    *,
    stream: EventStream,
    contracts: Bindings,
    connection: ChainConnection,
    auditors: tuple[AccountSigner, ...],
    operator_lane: Callable[[int], Lane],
    ask_chain: AskChain,
    answered: bool,
) -> None:
    assert auditors
    audits, view, one = contracts.audits, stream.view, operator_lane(1)
    await one.execute("dispute", audits.open_dispute(TWO, claim=DIGEST, reply=DIGEST, amount=300))
    await stream.poll()
    (case,) = view.audits.newest_cases()
    assert view.redeemed(ONE, TWO).set_off == 300
    if answered:
        await operator_lane(2).execute("answer", audits.answer(case.id, DIGEST))
    await ask_chain("evm_increaseTime", 3_600 * 24 * 60)
    await ask_chain("evm_mine")
    await one.execute("settle", audits.settle(case.id))
    await stream.poll()
    assert view.head is not None
    left = await contracts.credits.set_off_of(connection, ONE, TWO, block=view.head.number)
    assert view.redeemed(ONE, TWO).set_off == left == (0 if answered else 300)  # lapsed, or upheld
    assert view.balance(ONE) == await contracts.credits.balance_of(connection, ONE, block=view.head.number)
    assert view.credits.conserved


async def test_view__a_draw_and_an_auditor_struck_off__equals_the_contract(
    *,
    stream: EventStream,
    contracts: Bindings,
    connection: ChainConnection,
    auditors: tuple[AccountSigner, ...],
    lane_of: Callable[..., Lane],
    operator_lane: Callable[[int], Lane],
    ask_chain: AskChain,
) -> None:
    audits, view = contracts.audits, stream.view
    await stream.poll()
    assert view.head is not None
    epoch = view.epoch_of(view.head.timestamp) + 1
    honest, idle = (lane_of(auditor) for auditor in auditors)
    for lane, auditor in ((honest, auditors[0]), (idle, auditors[1])):
        await lane.execute("seed", audits.commit_seed(epoch, seed_commitment(epoch, auditor.address, DIGEST)))
    await ask_chain("evm_increaseTime", 200)
    await ask_chain("evm_mine")
    anyone = operator_lane(1)
    await anyone.execute("close", audits.close_epoch(epoch))
    await honest.execute("reveal", audits.reveal_seed(epoch, DIGEST))
    await ask_chain("evm_increaseTime", 3_600 * 24 * 40)
    await ask_chain("evm_mine")
    row = await anyone.execute("draw", audits.draw(epoch))
    await anyone.execute("strike", audits.strike_off(epoch, auditors[1].address))
    await stream.poll()
    await _expect_equal(view, contracts, connection)
    draw = view.audits.draws[epoch]
    assert draw.withheld == 1
    assert draw.closing_hash is not None
    before = await connection.ask(lambda node: node.block(BlockNumber((row.block_number or 1) - 1)))
    assert draw.value == draw_value(epoch, draw.closing_hash, mixed(draw.revealed), before.hash)
    assert set(view.audits.auditors) == {auditors[0].address}
