"""Hits that a dispute has settled count with the holder: nobody leaves them out, restored or not."""

from collections.abc import Awaitable, Callable

import pytest
from stage.consortium import Consortium, House
from stage.yesterday import HIT, MISS, NORTH, accepted_of, backed_up, owed, recovery_of, times

from oracle.chain import facts
from oracle.chain.facts.audits import CaseSettled
from oracle.domain.asked import ReceiptState
from oracle.domain.audits import CaseState
from oracle.domain.disputes import TakenClaim
from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.domain.reports import QueryAccepted
from oracle.domain.settlement import RefusalReason
from oracle.rules.vouchers import Totals

CLAIM_WINDOW_S = 3_600
HIT_PRICE = 100
DISPUTED = Totals(hits=1, amount=Credits(HIT_PRICE))


async def _disputed(consortium: Consortium) -> QueryAccepted:
    """The holder is gone when the receipt comes; its claim is in dispute once the window is over."""
    asker = consortium[1]
    accepted = await asker.submit("north.example")
    await asker.commit()
    await consortium[2].answer()
    await asker.judge()
    asker.client.away.add(NORTH)
    await asker.settle()
    consortium.chain.pass_time(CLAIM_WINDOW_S + 200)
    await asker.accounts.disputes.open_dispute(query_id=accepted.query_id, index=0, holder=NORTH)
    await asker.requester.disputing.round()
    return accepted


async def _answered_late(consortium: Consortium) -> None:
    """The claim is refused, as its window is over; what is owed for the batch stays."""
    asker = consortium[1]
    asker.client.away.clear()
    await asker.settle()
    assert await asker.requester.journals.receipts.pending() == ()


async def _settled(consortium: Consortium, outcome: CaseState = CaseState.DISMISSED) -> None:
    (case,) = consortium.chain.view.audits.cases.values()
    winner = NORTH if outcome is CaseState.DISMISSED else MemberId(1)
    if outcome is CaseState.LAPSED:
        consortium.chain.happen(
            lambda at: facts.GivenBack(at=at, dispute_id=case.id, amount=Credits(case.amount)),
            lambda at: CaseSettled(at=at, case_id=case.id, outcome=outcome),
        )
    else:
        consortium.chain.happen(
            lambda at: facts.Released(at=at, dispute_id=case.id, winner=winner, amount=Credits(case.amount)),
            lambda at: CaseSettled(at=at, case_id=case.id, outcome=outcome),
        )
    await consortium[1].requester.disputing.round()
    await _count(consortium[2])


async def _count(house: House) -> None:
    await house.holder.setting_off.round()


async def _receipt_of(consortium: Consortium, accepted: QueryAccepted) -> tuple[ReceiptState, int]:
    batch_id = BatchId(bytes.fromhex(accepted.batches[0][2:]))
    receipt = await consortium[1].requester.journals.receipts.receipt(batch_id, NORTH)
    assert receipt is not None
    return receipt.state, receipt.reason


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [(CaseState.DISMISSED, DISPUTED), (CaseState.UPHELD, DISPUTED), (CaseState.LAPSED, Totals())],
)
async def test_holder__answered_a_disputed_claim_too_late__counts_it_once_its_case_has_awarded_the_escrow(
    consortium: Consortium, outcome: CaseState, counted: Totals
) -> None:
    await _disputed(consortium)
    await _answered_late(consortium)
    await _count(consortium[2])
    assert await accepted_of(consortium, NORTH) == MISS

    await _settled(consortium, outcome)
    await _count(consortium[2])

    assert await accepted_of(consortium, NORTH) == await owed(consortium, NORTH) == MISS.plus(counted)


async def test_holder__answers_after_the_case_is_settled__counts_the_claim_then(
    consortium: Consortium,
) -> None:
    await _disputed(consortium)
    await _settled(consortium)
    assert await accepted_of(consortium, NORTH) == Totals()

    await _answered_late(consortium)
    await _count(consortium[2])

    assert await accepted_of(consortium, NORTH) == await owed(consortium, NORTH) == HIT


async def test_holder__served_a_claim_and_is_disputed__counts_it_no_second_time(
    consortium: Consortium,
) -> None:
    """As where a record was not the committed one: its answer to the receipt has counted it."""
    accepted = await _disputed(consortium)
    await _answered_late(consortium)
    (case,) = consortium.chain.view.audits.cases.values()
    claimed = consortium[2].holder.claimed
    taken = await claimed.of_digest(MemberId(1), case.subject)
    assert taken is not None
    assert taken.batch_id == BatchId(bytes.fromhex(accepted.batches[0][2:]))
    await claimed.take(
        [
            TakenClaim(
                requester=taken.requester,
                batch_id=taken.batch_id,
                index=taken.index,
                claim_digest=taken.claim_digest,
                record_digest=b"\x01" * 32,
                claimed_at=taken.claimed_at,
            )
        ]
    )

    await _settled(consortium)

    assert await accepted_of(consortium, NORTH) == MISS


async def test_requester__leaves_a_dismissed_dispute_out_of_its_vouchers__is_not_served(
    consortium: Consortium,
) -> None:
    """It has the record from the auditors; the ledger would take its price out of what it owes for others."""
    accepted = await _disputed(consortium)
    await _answered_late(consortium)
    await _settled(consortium)
    batch_id = BatchId(bytes.fromhex(accepted.batches[0][2:]))
    await consortium[1].requester.journals.charges.correct(NORTH, batch_id, MISS)

    later = await consortium.whole("both.example")

    assert await _receipt_of(consortium, later) == (
        ReceiptState.REFUSED,
        RefusalReason.VOUCHER_NOT_COVERING,
    )


Settle = Callable[[Consortium], Awaitable[None]]


async def _late_then_settled(consortium: Consortium) -> None:
    await _answered_late(consortium)
    await _settled(consortium)


async def _settled_then_late(consortium: Consortium) -> None:
    await _settled(consortium)
    await _answered_late(consortium)
    await _count(consortium[2])


@pytest.mark.parametrize("settle", [_late_then_settled, _settled_then_late])
async def test_requester__restored_to_before_a_dispute_that_was_settled__owes_its_hit_as_before(
    consortium: Consortium, settle: Settle
) -> None:
    await consortium.whole("north.example")
    copy = await backed_up(consortium[1])
    await _disputed(consortium)
    await settle(consortium)
    before = await owed(consortium, NORTH)

    recovery = await copy.again()
    await recovery.round()

    assert await owed(consortium, NORTH) == await accepted_of(consortium, NORTH) == before == times(HIT, 2)
    await consortium.whole("both.example")
    # At the price of a later epoch.
    after = await owed(consortium, NORTH)
    assert after == await accepted_of(consortium, NORTH)
    assert after.hits == 3


async def test_requester__restored_while_its_dispute_is_open__owes_its_hit_once_it_is_settled(
    consortium: Consortium,
) -> None:
    """However long that takes: the store is an older copy until then."""
    await consortium.whole("north.example")
    copy = await backed_up(consortium[1])
    await _disputed(consortium)
    await _answered_late(consortium)
    await (await copy.again()).round()
    assert await owed(consortium, NORTH) == HIT.plus(MISS)
    consortium.chain.pass_time(1_000_000)
    await recovery_of(consortium[1]).round()
    assert await consortium[1].base.restoration.current() is not None

    await _settled(consortium)
    later = await consortium.whole("both.example")

    assert await _receipt_of(consortium, later) == (ReceiptState.SETTLED, 0)
    # At the price of a later epoch.
    after = await owed(consortium, NORTH)
    assert after == await accepted_of(consortium, NORTH)
    assert after.hits == 3
    await recovery_of(consortium[1]).round()
    assert await consortium[1].base.restoration.current() is None


async def test_requester__restored_and_its_voucher_never_arrived__owes_the_hit_that_its_dispute_has_settled(
    consortium: Consortium,
) -> None:
    """The holder served it to the auditors; the receipt is lost with the batch, and its voucher too."""
    await consortium.whole("north.example")
    copy = await backed_up(consortium[1])
    await _disputed(consortium)
    (case,) = consortium.chain.view.audits.cases.values()
    await consortium[2].holder.vouchers.note_disputed(MemberId(1), case.id)
    await _settled(consortium)
    consortium[1].client.away.clear()

    await (await copy.again()).round()

    assert await owed(consortium, NORTH) == await accepted_of(consortium, NORTH) == HIT.plus(DISPUTED)


async def test_requester__restored_with_a_holder_that_says_too_much__adopts_what_its_disputes_bear_at_most(
    consortium: Consortium,
) -> None:
    await consortium.whole("north.example")
    copy = await backed_up(consortium[1])
    await _disputed(consortium)
    await _late_then_settled(consortium)
    await consortium[2].holder.vouchers.set_off(MemberId(1), b"\x01" * 32, 50 * HIT_PRICE)

    await (await copy.again()).round()

    signed = times(HIT, 2)
    assert (await owed(consortium, NORTH)).amount == signed.plus(DISPUTED).amount
