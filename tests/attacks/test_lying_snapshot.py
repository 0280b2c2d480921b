"""A holder answers from exactly the snapshot that the chain names, under exactly its registered key."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from attacks.conversation import HELD, LATER, MISSED, Conversation, phone
from attacks.lies import LyingCuts, OtherKeys

from oracle.answering.replying import ReplyMaker
from oracle.chain.books.publications import PlacedPublication
from oracle.crypto.voprf import Evaluation, evaluate_batch, generate_key
from oracle.crypto.workers import Workers
from oracle.domain.answered import Answer
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import Finding
from oracle.domain.settlement import RefusalReason


class MakerFrom(ReplyMaker):
    """Answers from a publication of its own choice."""

    chosen: PlacedPublication

    async def make(
        self, batch_id: BatchId, packed_elements: bytes, placed: PlacedPublication, *, requester: MemberId
    ) -> Answer:
        assert placed != self.chosen
        return await super().make(batch_id, packed_elements, self.chosen, requester=requester)


def _maker_from(talk: Conversation, place: int) -> MakerFrom:
    holder = talk.holder
    base = holder.base
    maker = MakerFrom(
        snapshots=holder.snapshots,
        keys=base.keyring,
        notary=holder.notary,
        clock=base.clock,
        workers=base.workers,
    )
    maker.chosen = base.view.publications_of(holder.id)[place]
    return maker


async def test_reply__from_a_root_published_after_the_query__is_no_answer(talk: Conversation) -> None:
    await talk.ask(LATER, MISSED)
    await talk.holder.imports(phone(LATER))
    await talk.holder.publishes()
    await talk.read_chain()

    await talk.answer(talk.holder.answering(maker=_maker_from(talk, -1)))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_SNAPSHOT_WRONG)


async def test_reply__honest_while_a_later_snapshot_exists__proves_what_was_committed(
    talk: Conversation,
) -> None:
    await talk.ask(LATER)
    await talk.holder.imports(phone(LATER))
    await talk.holder.publishes()
    await talk.read_chain()

    await talk.answer()
    await talk.judge()

    assert [result.state for result in await talk.results()] == [Finding.MISS]


async def test_reply__under_the_right_head_with_later_buckets__is_no_answer(talk: Conversation) -> None:
    await talk.ask(LATER)
    await talk.holder.imports(phone(LATER))
    await talk.holder.publishes()
    await talk.read_chain()
    later = talk.holder.base.view.publications_of(talk.holder.id)[-1].publication.sequence

    maker = talk.holder.maker(snapshots=LyingCuts(talk.holder, sequence=later))
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_PATH_WRONG)


async def test_reply__from_an_earlier_snapshot__is_no_answer(talk: Conversation) -> None:
    await talk.ask(HELD, MISSED)

    await talk.answer(talk.holder.answering(maker=_maker_from(talk, 0)))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_SNAPSHOT_WRONG)


async def test_reply__that_names_another_block_of_the_same_root__is_no_answer(talk: Conversation) -> None:
    await talk.ask(HELD)
    maker = _maker_from(talk, -1)
    maker.chosen = replace(maker.chosen, block_number=maker.chosen.block_number + 1)

    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_SNAPSHOT_WRONG)


async def test_reply__evaluated_under_another_key__is_no_answer(talk: Conversation) -> None:
    await talk.ask(HELD, MISSED)

    maker = talk.holder.maker(keys=OtherKeys(generate_key()))
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_PROOF_WRONG)


class OneElementOff:
    """`Workers` that evaluate the first element of a batch under another key: its subject would be missed."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def run_sized(
        self, elements: int, member: MemberId | None, function: Callable[..., Any], *arguments: Any
    ) -> Any:
        done = await self._workers.run_sized(elements, member, function, *arguments)
        if not isinstance(done, Evaluation):
            return done
        other = evaluate_batch(generate_key(), arguments[1]).elements[0]
        return replace(done, elements=(other, *done.elements[1:]))


async def test_reply__with_one_element_under_another_key__is_no_answer(talk: Conversation) -> None:
    await talk.ask(HELD, MISSED)

    maker = talk.holder.maker(workers=OneElementOff(talk.holder.base.workers))
    await talk.answer(talk.holder.answering(maker=maker))
    await talk.judge()

    await talk.require_caught(RefusalReason.REPLY_PROOF_WRONG)
