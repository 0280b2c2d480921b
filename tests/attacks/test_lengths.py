"""Whoever watches the wire sees the same lengths for a hit and for a miss."""

import pytest
from attacks.conversation import HELD, MISSED, Conversation, phone

from oracle.domain.reports import AskingMode, RawSubject

PHONES = 40
"""So many of the holder's numbers, and as many that it does not have."""


async def _lengths(talk: Conversation, *numbers: int) -> tuple[int, int, int]:
    """Of the sealed reply, receipt and disclosures, as they went over the wire."""
    await talk.whole(*numbers)
    sent, answered = talk.bank.client, talk.holder.client
    return len(answered.replies[-1]), len(sent.receipts[-1]), len(sent.disclosures[-1])


@pytest.mark.parametrize("count", [1, 2, 15, PHONES])
async def test_wire__of_batches_with_no_some_and_only_hits__has_the_same_lengths(
    talk: Conversation, count: int
) -> None:
    some = count // 2 + 1
    hits = range(HELD, HELD + count)
    misses = range(MISSED, MISSED + count)

    without = await _lengths(talk, *misses)
    with_some = await _lengths(talk, *hits[:some], *misses[some:])
    with_all = await _lengths(talk, *hits)

    assert without == with_some == with_all
    found = [result.record_state for result in await talk.results()]
    assert len(found) == count
    assert None not in found


async def test_wire__of_a_refused_reply__has_the_lengths_of_an_accepted_one(talk: Conversation) -> None:
    accepted = await _lengths(talk, HELD, MISSED)
    await talk.ask(HELD, MISSED)
    maker = talk.holder.maker(notary=talk.holder.strange_notary())
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()
    await talk.settle()

    sent, answered = talk.bank.client, talk.holder.client
    refused = len(answered.replies[-1]), len(sent.receipts[-1]), len(sent.disclosures[-1])
    assert refused == accepted


async def _express_lengths(talk: Conversation, *numbers: int) -> tuple[int, int, int, int]:
    """Of the sealed request, its answer, the receipt and the disclosures, as they went over the wire."""
    desk = talk.bank.requester.desk
    accepted = await desk.submit(
        [RawSubject(type="phone", value=phone(number)) for number in numbers],
        purpose=None,
        case_reference="case 7",
        deadline_s=None,
        mode=AskingMode.EXPRESS,
        deadline_ms=60_000,
    )
    talk.adopt(accepted)
    await talk.bank.requester.express.round()
    await talk.judge()
    await talk.settle()
    sent = talk.bank.client
    return len(sent.express[-1]), len(sent.answers[-1]), len(sent.receipts[-1]), len(sent.disclosures[-1])


@pytest.mark.parametrize("count", [1, 2, 15, PHONES])
async def test_wire__of_express_batches_with_no_some_and_only_hits__has_the_same_lengths(
    talk: Conversation, count: int
) -> None:
    some = count // 2 + 1
    hits = range(HELD, HELD + count)
    misses = range(MISSED, MISSED + count)

    without = await _express_lengths(talk, *misses)
    with_some = await _express_lengths(talk, *hits[:some], *misses[some:])
    with_all = await _express_lengths(talk, *hits)

    assert without == with_some == with_all
    found = [result.record_state for result in await talk.results()]
    assert len(found) == count
    assert None not in found
