"""A request is answered only as it was committed, by a member in standing, in the governed form."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from attacks.cheats import CheatingWorkers
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess

from oracle.chain.contracts.query_ledger import Commitment, QueryLedger
from oracle.chain.transactions import Order
from oracle.domain.answered import AnswerState
from oracle.domain.asked import AskedBatch, ReplyState
from oracle.domain.ids import BatchId
from oracle.domain.query import Element
from oracle.domain.reports import Finding, HolderState
from oracle.domain.settlement import RefusalReason
from oracle.peer.bodies.elements import pack_elements, unpack_elements
from oracle.peer.errors import PeerRefused
from oracle.store.asked import AskedJournal


async def _require_refused(talk: Conversation, reason: RefusalReason) -> None:
    """The holder signs nothing, says why, and the bank's people read it."""
    answered = await talk.answered()
    assert (answered.state, answered.answer) == (AnswerState.REFUSED, None)
    assert RefusalReason(answered.reason) is reason
    reply = await talk.reply()
    assert (reply.state, reply.reason) == (ReplyState.REFUSED, reason)
    await talk.judge()
    state = await talk.state()
    (progress,) = state.holders
    assert progress.state is HolderState.DECLINED
    assert progress.reason.startswith(reason.name.replace("_", " ").lower())
    assert {result.state for result in state.results} == {Finding.NO_ANSWER}
    assert await talk.charged() is None
    assert talk.holder.client.receipts == talk.bank.client.receipts == []


class CheatingLedger:
    """`QueryLedger` that commits something else than the batch says."""

    def __init__(self, ledger: QueryLedger, **other: int) -> None:
        self._ledger = ledger
        self._other = other

    def commit(self, commitments: list[Commitment]) -> Order:
        return self._ledger.commit([replace(each, **self._other) for each in commitments])


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"count": 1}, RefusalReason.COUNT_DIFFERS),
        ({"count": 1_000}, RefusalReason.COUNT_DIFFERS),
        ({"deadline": 1}, RefusalReason.DEADLINE_DIFFERS),
    ],
)
async def test_request__of_another_count_or_deadline_than_committed__is_refused(
    talk: Conversation, other: dict[str, int], reason: RefusalReason
) -> None:
    bank = talk.bank
    if "deadline" in other:
        other = {"deadline": bank.base.clock.chain_time() + 3_600}
    ledger = CheatingLedger(bank.base.contracts.queries, **other)

    await talk.ask(HELD, MISSED, committing=bank.committing(ledger=ledger))
    await talk.answer()

    await _require_refused(talk, reason)


class CheatingJournal(AskedJournal):
    """What the door reads of a batch, changed after it was committed."""

    def __init__(self, asked: AskedJournal, change: Callable[[AskedBatch], AskedBatch]) -> None:
        self._true = asked
        self._change = change

    async def batch(self, batch_id: BatchId) -> AskedBatch | None:
        found = await self._true.batch(batch_id)
        return None if found is None else self._change(found)


def _behind_the_door(talk: Conversation, change: Callable[[AskedBatch], AskedBatch]) -> None:
    bank = talk.bank
    asked = CheatingJournal(bank.requester.journals.asked, change)
    bank.front.doors = bank.doors(asked=asked)


def _with_elements(change: Callable[[tuple[Element, ...]], tuple[Element, ...]]) -> Any:
    def changed(batch: AskedBatch) -> AskedBatch:
        elements = pack_elements(change(unpack_elements(batch.content.elements)))
        return replace(batch, content=replace(batch.content, elements=elements))

    return changed


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda elements: elements[::-1], id="in another order"),
        pytest.param(lambda elements: elements[:1], id="one fewer"),
        pytest.param(lambda elements: (*elements, elements[0]), id="one more"),
        pytest.param(
            lambda elements: (replace(elements[0], prefix=elements[0].prefix ^ 1), *elements[1:]),
            id="another prefix",
        ),
    ],
)
async def test_request__with_other_elements_than_signed__is_refused(
    talk: Conversation, change: Callable[[tuple[Element, ...]], tuple[Element, ...]]
) -> None:
    _behind_the_door(talk, _with_elements(change))

    await talk.ask(HELD, MISSED)
    await talk.answer()

    await _require_refused(talk, RefusalReason.ELEMENTS_DIFFER)


async def test_request__signed_by_another_key__is_refused(talk: Conversation) -> None:
    bank = talk.bank
    bank.front.doors = bank.doors(notary=bank.strange_notary())

    await talk.ask(HELD)
    await talk.answer()

    await _require_refused(talk, RefusalReason.BAD_SIGNATURE)


def _blinding(talk: Conversation, change: Callable[[Element], Element]) -> Any:
    return talk.bank.submission(workers=CheatingWorkers(talk.bank.base.workers, change))


@pytest.mark.parametrize("bits", [0, 1, 3, 32])
async def test_request__with_a_prefix_length_that_is_not_governed__is_refused(
    talk: Conversation, bits: int
) -> None:
    def another_length(element: Element) -> Element:
        return replace(element, prefix_bits=bits, prefix=0)

    await talk.ask(HELD, submission=_blinding(talk, another_length))
    await talk.answer()

    await _require_refused(talk, RefusalReason.PREFIX_NOT_GOVERNED)


@pytest.mark.parametrize("point", [bytes(32), b"\xff" * 32], ids=["the identity", "not canonical"])
async def test_request__with_an_element_that_is_no_point__is_refused(
    talk: Conversation, point: bytes
) -> None:
    def no_point(element: Element) -> Element:
        return replace(element, blinded=point)

    await talk.ask(HELD, submission=_blinding(talk, no_point))
    await talk.answer()

    await _require_refused(talk, RefusalReason.ELEMENT_INVALID)


async def test_request__of_a_purpose_that_is_not_governed__is_refused(talk: Conversation) -> None:
    bank = talk.bank

    class AnyPurpose:
        """The view, with a longer list of purposes than the members agreed on."""

        def __getattr__(self, name: str) -> Any:
            return getattr(bank.base.view, name)

        def parameter(self, name: str) -> Any:
            known = bank.base.view.parameter(name)
            return replace(known, value=60_000) if name == "purpose_count" else known

    accepted = await bank.submission(view=AnyPurpose()).submit(
        (talk.subject(HELD),), purpose=50_000, case_reference="", deadline_s=None
    )
    talk.adopt(accepted)
    await bank.requester.committing.round()
    await talk.read_chain()
    await talk.answer()

    await _require_refused(talk, RefusalReason.PURPOSE_UNKNOWN)


async def test_request__of_a_member_suspended_since_committing__is_refused(
    talk: Conversation, govern: Callable[[Order], None]
) -> None:
    await talk.ask(HELD)

    govern(talk.bank.base.contracts.registry.suspend(talk.bank.id))
    await talk.read_chain()
    await talk.answer()

    await _require_refused(talk, RefusalReason.NOT_IN_STANDING)


class ReplayingDoors:
    """Serves the envelope of an earlier batch for every batch."""

    def __init__(self, bank: InProcess, earlier: AskedBatch) -> None:
        self._true = bank.doors()
        self._earlier = earlier.batch_id
        self.reply = self._true.reply

    async def envelope(self, _batch_id: BatchId, peer: Any, version: int) -> bytes:
        return await self._true.envelope(self._earlier, peer, version)


class RenamingDoors:
    """Serves the request and elements of an earlier batch in an envelope that names the new one."""

    def __init__(self, bank: InProcess, earlier: AskedBatch) -> None:
        asked = CheatingJournal(
            bank.requester.journals.asked, lambda batch: replace(batch, content=earlier.content)
        )
        self._true = bank.doors(asked=asked)
        self.reply = self._true.reply
        self.envelope = self._true.envelope


@pytest.mark.parametrize("doors", [ReplayingDoors, RenamingDoors])
async def test_request__replayed_for_another_batch__is_not_answered(
    talk: Conversation, doors: Callable[[InProcess, AskedBatch], Any]
) -> None:
    await talk.whole(HELD)
    earlier = await talk.batch()
    await talk.ask(MISSED)
    talk.bank.front.doors = doors(talk.bank, earlier)
    delivered = len(talk.holder.client.replies)

    await talk.answer()

    answered = await talk.answered()
    assert (answered.state, answered.envelope, answered.answer) == (AnswerState.SEEN, None, None)
    assert len(talk.holder.client.replies) == delivered
    await talk.require_turned_away()


async def test_envelope__of_another_members_batch__is_not_there(talk: Conversation) -> None:
    await talk.ask(HELD)

    with pytest.raises(PeerRefused) as refused:
        await talk.bank.courier.fetch_envelope(talk.holder.id, talk.batch_id)

    assert refused.value.peer_code == "unknown_batch"
