"""A record leaves only against a voucher that covers everything accepted so far and this batch too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from attacks.cheats import CheatingLane
from attacks.conversation import HELD, MISSED, Conversation

from oracle.domain.asked import ReceiptState
from oracle.domain.ids import Credits, KeyVersion, MemberId
from oracle.domain.messages import Outcome, Voucher
from oracle.domain.reports import Finding, RecordState
from oracle.domain.settlement import RefusalReason
from oracle.rules.vouchers import Totals

FIRST = Totals(queries=2, hits=1, amount=Credits(102))


async def _pay(talk: Conversation, change: Callable[[Voucher], Voucher], *, notary: Any = None) -> None:
    """One honest query before it, then one whose voucher is another than the books say."""
    await talk.whole(HELD, MISSED)
    assert await talk.accepted() == FIRST
    await talk.ask(HELD, MISSED)
    await talk.answer()
    await talk.judge_without_receipt()
    lane = CheatingLane(talk.bank, change, notary=notary)
    receipts = talk.bank.receipts(lane=lane)
    await receipts.follow(await talk.batch(), await talk.reply())
    await receipts.round()


async def _require_refused(talk: Conversation, reason: RefusalReason) -> None:
    """Nothing is disclosed, nothing more is accepted, and the voucher that was held before is kept."""
    receipt = await talk.receipt()
    assert (receipt.state, RefusalReason(receipt.reason)) == (ReceiptState.REFUSED, reason)
    hit, miss = await talk.results()
    assert (hit.state, hit.record_state, hit.record) == (Finding.HIT, RecordState.REFUSED, ())
    assert miss.state is Finding.MISS
    assert await talk.accepted() == FIRST
    held = await talk.holder.holder.vouchers.held(talk.bank.id)
    assert held is not None
    assert (held.voucher.queries, held.voucher.hits, held.voucher.amount) == (2, 1, 102)
    assert (await talk.answered()).disclosures is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda voucher: replace(voucher, amount=voucher.amount - 1), id="a credit less"),
        pytest.param(lambda voucher: replace(voucher, hits=voucher.hits - 1), id="a hit less"),
        pytest.param(lambda voucher: replace(voucher, queries=voucher.queries - 1), id="a query less"),
        pytest.param(
            lambda voucher: replace(voucher, queries=2, hits=1, amount=Credits(102)), id="the one before"
        ),
        pytest.param(
            lambda voucher: replace(voucher, queries=0, hits=0, amount=Credits(0)), id="an empty one"
        ),
    ],
)
async def test_voucher__that_does_not_cover_what_is_owed__gets_no_record(
    talk: Conversation, change: Callable[[Voucher], Voucher]
) -> None:
    await _pay(talk, change)

    await _require_refused(talk, RefusalReason.VOUCHER_NOT_COVERING)


async def test_voucher__signed_by_another_key__gets_no_record(talk: Conversation) -> None:
    await _pay(talk, lambda voucher: voucher, notary=talk.bank.strange_notary())

    await _require_refused(talk, RefusalReason.VOUCHER_BAD)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda voucher: replace(voucher, holder=MemberId(3)), id="for another holder"),
        pytest.param(lambda voucher: replace(voucher, requester=MemberId(3)), id="of another member"),
        pytest.param(lambda voucher: replace(voucher, key_version=KeyVersion(2)), id="of a key to come"),
    ],
)
async def test_voucher__of_another_pair_or_key__gets_no_record(
    talk: Conversation, change: Callable[[Voucher], Voucher]
) -> None:
    await _pay(talk, change)

    await _require_refused(talk, RefusalReason.VOUCHER_BAD)


async def test_voucher__neither_greater_nor_smaller__gets_no_record(talk: Conversation) -> None:
    await _pay(talk, lambda voucher: replace(voucher, amount=Credits(101)))

    await _require_refused(talk, RefusalReason.VOUCHER_NOT_COMPARABLE)


@pytest.mark.parametrize("amount", [2**63, 2**64 - 1])
async def test_voucher__larger_than_any_account__is_refused_with_a_reason(
    talk: Conversation, amount: int
) -> None:
    await _pay(talk, lambda voucher: replace(voucher, amount=Credits(amount)))

    await _require_refused(talk, RefusalReason.VOUCHER_BAD)


async def test_receipt__refused_for_its_voucher__is_settled_by_a_right_one(talk: Conversation) -> None:
    """A refused receipt changes nothing, so the corrected one is taken."""
    await _pay(talk, lambda voucher: replace(voucher, amount=voucher.amount - 1))
    refused = await talk.receipt()

    corrected = await talk.another_receipt()
    answer = await talk.send(corrected)

    assert corrected.statement != refused.statement
    assert answer.outcome is Outcome.ACCEPTED
    assert await talk.accepted() == Totals(queries=4, hits=2, amount=Credits(204))


async def test_receipt__sent_twice__gets_the_same_answer_and_is_paid_once(talk: Conversation) -> None:
    await talk.whole(HELD, MISSED)
    receipt = await talk.receipt()

    again, once_more = await talk.send_raw(receipt), await talk.send_raw(receipt)

    assert again == once_more == (await talk.answered()).disclosures
    assert await talk.accepted() == FIRST


async def test_receipt__changed_after_it_was_settled__is_refused(talk: Conversation) -> None:
    await talk.whole(HELD, MISSED)
    settled = (await talk.answered()).disclosures

    second = await talk.send(await talk.another_receipt())

    assert (second.outcome, second.records) == (Outcome.REFUSED, ())
    assert RefusalReason(second.reason) is RefusalReason.RECEIPT_DIFFERS
    assert await talk.accepted() == FIRST
    assert (await talk.answered()).disclosures == settled


async def test_receipt__signed_by_another_key__is_refused(talk: Conversation) -> None:
    await talk.ask(HELD)
    await talk.answer()
    await talk.judge_without_receipt()
    bank = talk.bank

    class OnlyReceipts:
        """Signs the receipt with a strange key, and its claims as the bank does."""

        def sign(self, statement: Any) -> bytes:
            strange = type(statement).__name__ == "Receipt"
            return (bank.strange_notary() if strange else bank.notary).sign(statement)

    await bank.receipts(notary=OnlyReceipts()).follow(await talk.batch(), await talk.reply())
    answer = await talk.send(await talk.receipt())

    assert (answer.outcome, answer.records) == (Outcome.REFUSED, ())
    assert RefusalReason(answer.reason) is RefusalReason.BAD_SIGNATURE
    assert await talk.accepted() == Totals()
