"""A wrong disclosure on a real chain, from the dispute to what both accounts say of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess
from attacks.test_lying_disclosure import LyingRecords, settle_with, with_another_salt

from oracle.chain.contracts.audit_ledger import AuditorPapers
from oracle.chain.transactions import Order
from oracle.crypto.sealing import SealingKey
from oracle.crypto.tls import create_certificate
from oracle.domain.disputes import DisputeGround, DisputeState
from oracle.domain.ids import Address
from oracle.domain.reports import CaseStanding
from oracle.peer.bodies.case_answer import case_answer_digest, case_answer_info, decode_case_answer
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.frames import frame

AUDITOR = Address("0x52908400098527886E0F7030069857D2E4169EE7")
CERTIFICATE = create_certificate(b"\x41" * 32, "The auditor")
KEY = SealingKey(b"\x07" * 32)
HIT_PRICE = 100
Govern = Callable[[Order], None]


async def _reading(member: InProcess, work: Awaitable[Any]) -> None:
    """Do this while the member reads the chain, as its daemon does."""
    doing = asyncio.ensure_future(work)
    while not doing.done():
        await member.base.stream.poll()
        await asyncio.sleep(0.01)
    await doing


def _send(chain: Chain, account: Address, order: Order) -> None:
    """From an account whose key the chain does not ask for; it mines at once."""
    chain.call("anvil_impersonateAccount", account)
    sent = {"from": account, "to": order.to, "data": "0x" + order.data.hex()}
    done = chain.call("eth_sendTransaction", {**sent, "gas": hex(1_000_000), "gasPrice": "0x0"})
    chain.call("evm_mine")
    assert chain.call("eth_getTransactionReceipt", done)["status"] == "0x1", "the contract refused"
    chain.call("anvil_stopImpersonatingAccount", account)


def _pass_time(chain: Chain, seconds: int) -> None:
    chain.call("evm_increaseTime", seconds)
    chain.call("evm_mine")


async def _disputed(talk: Conversation) -> bytes:
    """The holder discloses something else than it has committed to, and the bank brings that to the chain."""
    lying = LyingRecords(talk.holder, with_another_salt)
    await settle_with(talk, talk.holder.discloser(snapshots=lying), HELD, MISSED)
    desk = talk.bank.accounts.disputes
    (noted,) = (await desk.disputes()).own
    assert (noted.ground, noted.state, noted.amount) == (DisputeGround.WRONG, DisputeState.NOTED, HIT_PRICE)
    await desk.open_dispute(query_id=talk.query_id, index=noted.index, holder=talk.holder.id)
    await _reading(talk.bank, talk.bank.requester.disputing.round())
    await talk.read_chain()
    (case,) = (await desk.disputes()).cases
    return bytes.fromhex(case.case_id[2:])


async def _answered(talk: Conversation) -> None:
    await _reading(talk.holder, talk.holder.accounts.defending.round())
    await talk.read_chain()


async def _require_reconciled(member: InProcess) -> list[tuple[int, int, int, int]]:
    """Escrow, refund, award and penalty of each epoch, which the ledger agrees with to the unit."""
    report = await member.accounts.credits.statement(epoch=None)
    assert [one for one in report.values if one.stated != one.ledger] == []
    return [(one.escrowed, one.refunded, one.awarded, one.penalties) for one in report.epochs]


async def test_dispute__record_that_was_not_committed__is_answered_upheld_and_paid_back(
    talk: Conversation, chain: Chain, govern: Govern
) -> None:
    audits = talk.bank.base.contracts.audits
    govern(
        audits.appoint(
            AUDITOR,
            AuditorPapers(
                sealing_suite=1, sealing_key=KEY.public, certificate=CERTIFICATE, name_hash=b"\x01" * 32
            ),
        )
    )
    case_id = await _disputed(talk)
    assert await _require_reconciled(talk.bank) == [(HIT_PRICE, 0, 0, 0)]

    await _answered(talk)

    (case,) = (await talk.holder.accounts.disputes.disputes()).cases
    assert case.standing is CaseStanding.ANSWERED
    handed = await talk.holder.accounts.disputes.sealed_answer(case_id=case_id, auditor=AUDITOR)
    content = KEY.open(bytes.fromhex(handed.sealed[2:]), case_answer_info(case_id, AUDITOR))
    assert "0x" + case_answer_digest(content).hex() == case.answer
    body = decode_case_answer(content)
    assert body.batch_id == talk.batch_id
    (record,) = decode_disclosures(frame(body.disclosures[4:], at_least=0)).records
    assert record.salt == bytes(16), "not what the holder had disclosed"

    _send(chain, AUDITOR, audits.cast_verdict(case_id, found=1, reason=b"\x02" * 32))
    _pass_time(chain, 3_000_000)
    _send(chain, AUDITOR, audits.settle(case_id))
    await talk.read_chain()
    await talk.bank.requester.disputing.round()

    (own,) = (await talk.bank.accounts.disputes.disputes()).own
    assert own.state is DisputeState.CLOSED
    for desk in (talk.bank.accounts.disputes, talk.holder.accounts.disputes):
        (case,) = (await desk.disputes()).cases
        assert (case.standing, case.outcome) == (CaseStanding.SETTLED, CaseStanding.UPHELD)
    assert await _require_reconciled(talk.bank) == [(HIT_PRICE, 0, 0, 0), (0, HIT_PRICE, 0, 0)]
    penalty = talk.bank.base.view.parameter("breach_penalty").value
    assert (await _require_reconciled(talk.holder))[-1] == (0, 0, 0, penalty)


async def test_dispute__opened_again_after_a_restart__is_one_case(
    talk: Conversation, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    """The daemon was killed after the transaction had left and before the journal said so."""
    lying = LyingRecords(talk.holder, with_another_salt)
    await settle_with(talk, talk.holder.discloser(snapshots=lying), HELD)
    disputing = talk.bank.requester.disputing
    noted = await disputing.open(talk.batch_id, talk.holder.id, 0)
    order = talk.bank.base.contracts.audits.open_dispute(
        noted.holder, claim=noted.claim_digest, reply=noted.reply_digest, amount=noted.amount
    )
    intent = f"dispute:{disputing.case_of(noted).hex()}"
    await _reading(talk.bank, talk.bank.base.lane.execute(intent, order))

    bank = await members(1)
    await bank.base.stream.poll()
    await _reading(bank, bank.requester.disputing.round())

    report = await bank.accounts.disputes.disputes()
    assert [one.state for one in report.own] == [DisputeState.OPENED]
    assert len(report.cases) == 1
