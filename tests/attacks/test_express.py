"""Express requests and answers of members that cheat, on a real chain and over real lines."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED, phone
from attacks.lies import LyingIndex, OtherKeys, in_bucket, in_fullest, rows_of
from attacks.member import InProcess

from oracle.answering.express import ExpressAnswering, ExpressPolicy
from oracle.answering.ports import Always
from oracle.chain.books.anchors import ReportState
from oracle.chain.contracts.query_ledger import SignedRequest
from oracle.domain.asked import AskedBatch, AskedReply, ReplyState
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import Tag
from oracle.domain.messages import MessageType
from oracle.domain.reports import AskingMode, RawSubject
from oracle.domain.settlement import RefusalReason, Signed
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.errors import PeerRefused
from oracle.peer.statements import encode_request, parse_request
from oracle.rules.pricing import hit_price
from oracle.rules.quality import FULL_BPS
from oracle.store.tables import express as express_rows


async def asked(bank: InProcess, *numbers: int) -> AskedBatch:
    """Asked in express mode and carried to the holders, whatever they make of it."""
    accepted = await bank.requester.desk.submit(
        [RawSubject(type="phone", value=phone(number)) for number in numbers],
        purpose=None,
        case_reference="case 7",
        deadline_s=None,
        mode=AskingMode.EXPRESS,
        deadline_ms=60_000,
    )
    await bank.requester.express.round()
    (batch,) = await bank.requester.journals.asked.batches_of(accepted.query_id)
    return batch


async def _reply(bank: InProcess, batch: AskedBatch, holder: InProcess) -> AskedReply:
    found = await bank.requester.journals.replies.reply(batch.batch_id, holder.id)
    assert found is not None
    return found


def _answering_from(holder: InProcess, **other: Any) -> None:
    """From now on the holder's doors answer express requests from these parts."""
    answering = holder.answering()
    made = ExpressAnswering(
        me=holder.id,
        policy=ExpressPolicy(serve=True, least_score_bps=0),
        journal=holder.holder.journal,
        evidence=holder.holder.evidence,
        admission=answering._admission,  # noqa: SLF001 - as the honest holder has it
        maker=holder.maker(**other),
        notary=holder.notary,
        references=holder.base.references,
        view=holder.base.view,
        clock=holder.base.clock,
        lanes=answering._lanes,  # noqa: SLF001 - likewise
        turns=Always(),
    )
    holder.front.doors = holder.doors(express=made)


async def carried(work: Callable[[], Awaitable[None]], *members: InProcess) -> None:
    """A round that waits for blocks, while these members read the chain."""
    running = asyncio.ensure_future(work())
    while not running.done():
        for member in members:
            await member.base.stream.poll()
        await asyncio.sleep(0.01)
    await running
    for member in members:
        await member.base.stream.poll()


async def _pass_to(chain: Chain, moment: int, *members: InProcess) -> None:
    """A block at this time of the chain, which may lag behind the wall or be ahead of it."""
    chain.call("evm_setNextBlockTimestamp", moment)
    chain.call("evm_mine")
    for member in members:
        await member.base.stream.poll()


def _issued(batch: AskedBatch) -> int:
    return parse_request(batch.content.statement).value.issued_at


async def open_budget(bank: InProcess, *others: InProcess) -> None:
    """As a daemon does at its start: nothing is anchored before."""
    await carried(bank.accounts.upkeep.round, bank, *others)


def _window(member: InProcess, name: str = "anchor_window_s") -> int:
    return member.base.view.parameter(name).value


async def test_express_query__of_honest_members__is_proven_paid_anchored_and_proven_to_the_holder(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD, MISSED)

    reply = await _reply(bank, batch, holder)
    assert reply.state is ReplyState.ACCEPTED
    assert reply.proven is not None
    assert len(reply.proven.hits) == 1
    await bank.requester.collector.judge_all()
    await bank.requester.receipts.round()
    held = await holder.holder.vouchers.held(bank.id)
    assert held is not None
    assert (held.voucher.queries, held.voucher.hits) == (2, 1)

    await _pass_to(chain, _issued(batch) + _window(bank) // 3, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)
    await bank.accounts.proving.round()

    assert await holder.holder.evidence.is_proven(bank.id, batch.batch_id)
    assert bank.base.view.budget(bank.id, 0).used == 2


def _without_first(bucket: Any) -> Any:
    return in_bucket(bucket, rows_of(bucket)[1:])


def _with_one_more(bucket: Any) -> Any:
    return in_bucket(bucket, sorted([*rows_of(bucket), (Tag(b"\x77" * 16), b"\x88" * 32)]))


@pytest.mark.parametrize("change", [_without_first, _with_one_more], ids=["omitted", "invented"])
async def test_holder__that_omits_or_invents_an_entry__is_no_answer_and_is_not_paid(
    bank: InProcess, holder: InProcess, change: Callable[[Any], Any]
) -> None:
    _answering_from(holder, snapshots=LyingIndex(holder, in_fullest(change)))

    batch = await asked(bank, HELD)
    await bank.requester.collector.judge_all()

    reply = await _reply(bank, batch, holder)
    assert (reply.state, reply.reason) == (ReplyState.REJECTED, RefusalReason.REPLY_PATH_WRONG)
    assert reply.received is not None
    assert await bank.requester.journals.charges.charge_of(holder.id, batch.batch_id) is None


async def test_holder__that_evaluates_with_another_key__is_no_answer(
    bank: InProcess, holder: InProcess
) -> None:
    _answering_from(holder, keys=OtherKeys((7).to_bytes(32, "little")))

    reply = await _reply(bank, await asked(bank, HELD), holder)

    assert (reply.state, reply.reason) == (ReplyState.REJECTED, RefusalReason.REPLY_PROOF_WRONG)


async def test_request__sent_again_or_by_another_or_to_another__buys_nothing(
    bank: InProcess, holder: InProcess, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    third = await members(3)
    batch = await asked(bank, HELD)
    (message,) = bank.client.express
    known = await holder.holder.journal.batch(bank.id, batch.batch_id)

    await bank.client.ask_express(holder.id, message)
    assert await holder.holder.journal.batch(bank.id, batch.batch_id) == known
    with pytest.raises(PeerRefused) as strange:
        await third.client.ask_express(holder.id, message)
    assert strange.value.peer_code == "caller_not_sender"
    with pytest.raises(PeerRefused) as misled:
        await bank.client.ask_express(third.id, message)
    assert misled.value.peer_code == "not_for_this_member"


async def test_request__that_is_never_anchored__is_reported_and_becomes_a_breach(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    batch = await asked(bank, HELD)
    await _pass_to(chain, _issued(batch) + _window(holder) + 1, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    report = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert report is not None
    assert report.state is ReportState.OPEN
    before = holder.base.view.balance(bank.id)

    await _pass_to(chain, report.reported.answerable_until + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)

    closed = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert closed is not None
    assert closed.state is ReportState.BREACHED
    view = holder.base.view
    dearest = hit_price(hit_fee=view.price_at(view.epoch_of(view.now)).hit_fee, score=FULL_BPS)
    hits = batch.count * (len(view.members_in_standing()) - 1)
    assert view.balance(bank.id) == before - _window(holder, "breach_penalty") - hits * dearest


async def test_batch__anchored_too_late__is_answered_for_the_requester_s_fee(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD)
    await _pass_to(chain, _issued(batch) + _window(holder) + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    before = holder.base.view.balance(bank.id)
    # In a later second than the report.
    await _pass_to(chain, holder.base.view.now + 5, bank, holder)

    # The report itself wakes it: decided and sent in one round, answered in the next.
    for _ in range(2):
        await carried(bank.accounts.anchoring.round, bank, holder)

    closed = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert closed is not None
    assert closed.state is ReportState.ANSWERED_LATE
    assert holder.base.view.balance(bank.id) == before - _window(holder, "needless_report_fee")


async def test_report__of_a_batch_that_was_anchored_in_time__costs_its_reporter(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD)
    await _pass_to(chain, _issued(batch) + _window(bank) // 3, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)
    await _pass_to(chain, _issued(batch) + _window(bank) + 1, bank, holder)
    signed = parse_request(batch.content.statement)
    report = SignedRequest(
        request=signed.value,
        key_version=bank.base.view.member(bank.id).operators[-1].version,
        signature=signed.signature,
    )
    await holder.base.lane.execute("a false report", holder.base.contracts.queries.report(report))
    for member in (bank, holder):
        await member.base.stream.poll()
    before = holder.base.view.balance(holder.id)

    await carried(bank.accounts.anchoring.round, bank, holder)

    closed = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert closed is not None
    assert closed.state is ReportState.NEEDLESS
    assert holder.base.view.balance(holder.id) == before - _window(holder, "needless_report_fee")


async def test_batch__anchored_with_fewer_elements_than_were_signed__proves_nothing(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD, MISSED)
    async with bank.base.database.writing() as connection:
        await connection.execute(express_rows.update().values(elements=1))
    await _pass_to(chain, _issued(batch) + _window(bank) // 3, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)
    await bank.accounts.proving.round()
    assert not await holder.holder.evidence.is_proven(bank.id, batch.batch_id)

    await _pass_to(chain, _issued(batch) + _window(holder) + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)

    # The ledger takes no place of it for an answer.
    report = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert report is not None
    assert report.state is ReportState.OPEN


async def test_nonce__signed_for_two_requests__is_refused_and_proven_on_the_chain(
    bank: InProcess, holder: InProcess
) -> None:
    batch = await asked(bank, HELD)
    request = replace(parse_request(batch.content.statement).value, purpose=2)
    message = bank.post.seal(
        MessageType.QUERY_ENVELOPE,
        bank.notary.batch_id(request),
        holder.id,
        statement=encode_request(Signed(value=request, signature=bank.notary.sign(request))),
        frame=encode_envelope(unpack_elements(batch.content.elements)),
    )
    before = holder.base.view.balance(bank.id)

    await bank.client.ask_express(holder.id, message)
    await carried(holder.accounts.reporting.round, bank, holder)

    view = holder.base.view
    assert view.anchors.reused_nonces == {(bank.id, request.nonce)}
    (case,) = view.audits.newest_cases()
    assert (case.kind, case.accused) == (CaseKind.NONCE_REUSE, bank.id)
    assert case.state(view.now) is CaseState.OPEN  # it has time to rebut before anything is taken
    assert view.balance(bank.id) == before
