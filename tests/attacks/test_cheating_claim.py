"""A record is served only to who asked about its subject: with the blind, the prefix, and in time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from attacks.cheats import CheatingWorkers
from attacks.conversation import HELD, MISSED, Conversation

from oracle.crypto.group import random_scalar
from oracle.domain.asked import AskedReceipt, Opening, ProvenHit
from oracle.domain.ids import Tag
from oracle.domain.messages import Outcome
from oracle.domain.query import Element
from oracle.domain.settlement import DisclosuresBody, RefusalReason, ServedStatus
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.errors import PeerRefused
from oracle.rules.vouchers import Totals
from oracle.subjects import canonical

ALSO_HELD = HELD + 1
A_HIT = ProvenHit(index=0, tag=Tag(bytes(16)), place=0, bucket_size=1, digests_hash=bytes(32))


def _subject(talk: Conversation, number: int) -> Subject:
    return canonical(SubjectType.PHONE, talk.subject(number).value)


async def _claim(
    talk: Conversation, opening: Callable[[Opening], Opening], *, notary: Any = None
) -> AskedReceipt:
    """The receipt that the real code writes when it believes in a hit with this opening of element 0."""
    bank, reply, batch = talk.bank, await talk.reply(), await talk.batch()
    assert reply.proven is not None
    first, *others = batch.content.openings
    claimed = replace(batch, content=replace(batch.content, openings=(opening(first), *others)))
    believed = replace(reply, proven=replace(reply.proven, hits=(A_HIT,)))
    receipts = bank.receipts(**({} if notary is None else {"notary": notary}))
    await receipts.follow(claimed, believed)
    return await talk.receipt()


async def _proven(talk: Conversation, *numbers: int, submission: Any = None) -> None:
    """Asked, answered and judged; no receipt is written."""
    await talk.ask(*numbers, submission=submission)
    await talk.answer()
    await talk.judge_without_receipt()


async def _require_not_served(talk: Conversation, answer: DisclosuresBody, reason: RefusalReason) -> None:
    """No record leaves, and no hit is counted."""
    assert answer.outcome is Outcome.ACCEPTED
    (record,) = answer.records
    assert (record.status, RefusalReason(record.reason)) == (ServedStatus.REFUSED, reason)
    assert (record.record_frame, record.salt, record.digests, record.signatures) == (b"", b"", (), ())
    assert await talk.accepted() == Totals(queries=(await talk.batch()).count, hits=0, amount=1)


async def test_claim__on_a_harvested_tag__is_not_served(talk: Conversation) -> None:
    """A tag of the bucket belongs to a subject that was not asked: no blind opens the element to it."""
    await _proven(talk, MISSED)

    receipt = await _claim(talk, lambda opening: replace(opening, subject=_subject(talk, HELD)))

    await _require_not_served(talk, await talk.send(receipt), RefusalReason.CLAIM_BLIND_WRONG)


async def test_claim__with_another_scalar__is_not_served(talk: Conversation) -> None:
    await _proven(talk, HELD)

    receipt = await _claim(talk, lambda opening: replace(opening, blind=random_scalar()))

    await _require_not_served(talk, await talk.send(receipt), RefusalReason.CLAIM_BLIND_WRONG)


@pytest.mark.parametrize("blind", [bytes(32), b"\xff" * 32], ids=["zero", "not reduced"])
async def test_claim__with_a_scalar_that_is_none__is_not_served(talk: Conversation, blind: bytes) -> None:
    await _proven(talk, HELD)

    receipt = await _claim(talk, lambda opening: replace(opening, blind=blind))

    await _require_not_served(talk, await talk.send(receipt), RefusalReason.CLAIM_BLIND_WRONG)


async def test_claim__whose_prefix_was_another_subjects__is_not_served(talk: Conversation) -> None:
    """Subject and blind are right, but the buckets that were answered are those of another prefix."""

    def elsewhere(element: Element) -> Element:
        return replace(element, prefix=element.prefix ^ 1)

    workers = CheatingWorkers(talk.bank.base.workers, elsewhere)
    await _proven(talk, HELD, submission=talk.bank.submission(workers=workers))

    receipt = await _claim(talk, lambda opening: opening)

    await _require_not_served(talk, await talk.send(receipt), RefusalReason.CLAIM_PREFIX_WRONG)


async def test_claim__on_a_subject_that_the_holder_does_not_have__is_not_served(talk: Conversation) -> None:
    await _proven(talk, MISSED)

    receipt = await _claim(talk, lambda opening: opening)

    await _require_not_served(talk, await talk.send(receipt), RefusalReason.CLAIM_NOT_FOUND)


async def test_claim__signed_by_another_key__refuses_the_receipt(talk: Conversation) -> None:
    await _proven(talk, HELD)
    bank = talk.bank

    class OnlyClaims:
        """Signs claims with a strange key, and everything else as the bank does."""

        def sign(self, statement: Any) -> bytes:
            strange = type(statement).__name__ == "Claim"
            return (bank.strange_notary() if strange else bank.notary).sign(statement)

    receipt = await _claim(talk, lambda opening: opening, notary=OnlyClaims())
    answer = await talk.send(receipt)

    assert (answer.outcome, answer.records) == (Outcome.REFUSED, ())
    assert RefusalReason(answer.reason) is RefusalReason.CLAIM_SIGNATURE_WRONG
    assert await talk.accepted() == Totals()


async def test_claim__after_the_claim_window__is_not_served(talk: Conversation, chain: Any) -> None:
    await _proven(talk, HELD)
    receipt = await _claim(talk, lambda opening: opening)

    chain.call("evm_setNextBlockTimestamp", (await talk.batch()).deadline + 600 + 1)
    chain.call("evm_mine")
    await talk.read_chain()

    await _require_not_served(talk, await talk.send(receipt), RefusalReason.CLAIM_WINDOW_CLOSED)


async def test_claim__at_the_end_of_the_claim_window__is_served(talk: Conversation, chain: Any) -> None:
    await _proven(talk, HELD)
    receipt = await _claim(talk, lambda opening: opening)

    chain.call("evm_setNextBlockTimestamp", (await talk.batch()).deadline + 600)
    chain.call("evm_mine")
    await talk.read_chain()
    answer = await talk.send(receipt)

    assert [record.status for record in answer.records] == [ServedStatus.SERVED]


async def test_claim__of_another_member_than_the_asker__finds_no_batch(
    talk: Conversation, members: Any
) -> None:
    """The third copies a whole receipt; it would have to come from the bank's own connection and key."""
    await _proven(talk, HELD)
    receipt = await _claim(talk, lambda opening: opening)
    third = await members(3)

    with pytest.raises(PeerRefused) as refused:
        await third.courier.send_receipt(
            talk.holder.id, talk.batch_id, statement=receipt.statement, frame=receipt.frame
        )

    assert refused.value.peer_code == "unknown_batch"
