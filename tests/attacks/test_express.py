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


async def reply_of(bank: InProcess, batch: AskedBatch, holder: InProcess) -> AskedReply:
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


async def pass_to(chain: Chain, moment: int, *members: InProcess) -> None:
    """A block at this time of the chain, which may lag behind the wall or be ahead of it."""
    chain.call("evm_setNextBlockTimestamp", moment)
    chain.call("evm_mine")
    for member in members:
        await member.base.stream.poll()


def issued(batch: AskedBatch) -> int:
    return parse_request(batch.content.statement).value.issued_at


async def open_budget(bank: InProcess, *others: InProcess) -> None:
    """As a daemon does at its start: nothing is anchored before."""
    await carried(bank.accounts.upkeep.round, bank, *others)


def window(member: InProcess, name: str = "anchor_window_s") -> int:
    return member.base.view.parameter(name).value


async def test_express_query__of_honest_members__is_proven_paid_anchored_and_proven_to_the_holder(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD, MISSED)

    reply = await reply_of(bank, batch, holder)
    assert reply.state is ReplyState.ACCEPTED
    assert reply.proven is not None
    assert len(reply.proven.hits) == 1
    await bank.requester.collector.judge_all()
    await bank.requester.receipts.round()
    held = await holder.holder.vouchers.held(bank.id)
    assert held is not None
    assert (held.voucher.queries, held.voucher.hits) == (2, 1)

    await pass_to(chain, issued(batch) + window(bank) // 3, bank, holder)
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

    reply = await reply_of(bank, batch, holder)
    assert (reply.state, reply.reason) == (ReplyState.REJECTED, RefusalReason.REPLY_PATH_WRONG)
    assert reply.received is not None
    assert await bank.requester.journals.charges.charge_of(holder.id, batch.batch_id) is None


async def test_holder__that_evaluates_with_another_key__is_no_answer(
    bank: InProcess, holder: InProcess
) -> None:
    _answering_from(holder, keys=OtherKeys((7).to_bytes(32, "little")))

    reply = await reply_of(bank, await asked(bank, HELD), holder)

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
