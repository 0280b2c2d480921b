"""A disclosed record counts only if it is the committed one, signed for this batch, element and category."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess

from oracle.answering.claims import JudgedClaim
from oracle.answering.disclosing import Discloser
from oracle.domain.answered import NoRecord, StoredRecord
from oracle.domain.asked import ReceiptState
from oracle.domain.ids import BatchId, Sequence, Tag
from oracle.domain.messages import ReplyHead
from oracle.domain.reports import Finding, RecordState
from oracle.domain.settlement import RefusalReason, ServedRecord
from oracle.peer.record_codec import frame_record, open_frame, record_digest
from oracle.rules.vouchers import Totals

ALSO_HELD = HELD + 1
Judged = Iterable[JudgedClaim]


class LyingRecords:
    """`Snapshots` with true buckets, whose records are as `rewrite` wants them."""

    def __init__(self, holder: InProcess, rewrite: Callable[[StoredRecord], StoredRecord]) -> None:
        self._true = holder.snapshots
        self._rewrite = rewrite
        self.cut = self._true.cut
        self.holds = self._true.holds

    async def record(self, sequence: Sequence, subject: bytes, tag: Tag) -> StoredRecord | NoRecord:
        found = await self._true.record(sequence, subject, tag)
        assert isinstance(found, StoredRecord)
        return self._rewrite(found)

    async def digests(self, sequence: Sequence, subject: bytes) -> tuple[bytes, ...]:
        return await self._true.digests(sequence, subject)


class LyingDigests(LyingRecords):
    """And whose list of digests is made to fit the altered record."""

    def __init__(self, holder: InProcess, rewrite: Callable[[StoredRecord], StoredRecord]) -> None:
        super().__init__(holder, rewrite)
        self._fits: dict[bytes, bytes] = {}

    async def record(self, sequence: Sequence, subject: bytes, tag: Tag) -> StoredRecord | NoRecord:
        before = await self._true.record(sequence, subject, tag)
        after = await super().record(sequence, subject, tag)
        assert isinstance(before, StoredRecord)
        assert isinstance(after, StoredRecord)
        self._fits[before.digest] = after.digest
        return after

    async def digests(self, sequence: Sequence, subject: bytes) -> tuple[bytes, ...]:
        return tuple(self._fits.get(each, each) for each in await super().digests(sequence, subject))


def _graver(record: StoredRecord) -> StoredRecord:
    """A severity that was raised after committing; the digest is the one of the new frame."""
    items = tuple(replace(item, severity=5) for item in open_frame(record.frame).items)
    frame = frame_record(replace(open_frame(record.frame), items=items))
    return replace(record, frame=frame, digest=record_digest(record.salt, frame))


def _graver_under_the_old_digest(record: StoredRecord) -> StoredRecord:
    return replace(_graver(record), digest=record.digest)


def with_another_salt(record: StoredRecord) -> StoredRecord:
    return replace(record, salt=bytes(16))


async def settle_with(talk: Conversation, discloser: Discloser, *numbers: int) -> None:
    await talk.ask(*numbers)
    await talk.answer()
    await talk.judge()
    holder = talk.holder
    holder.front.doors = holder.doors(settling=holder.settling(discloser=discloser))
    await talk.settle()


async def _require_unserved(talk: Conversation) -> None:
    """The hit stands, for it was proven; no record is shown, and the reason is journalled for a dispute."""
    receipt = await talk.receipt()
    assert receipt.state is ReceiptState.SETTLED
    assert receipt.settled is not None
    assert receipt.settled.records == ()
    batch = await talk.batch()
    hits = [
        (index, RefusalReason.MALFORMED)
        for index, opening in enumerate(batch.content.openings)
        if opening.positions[0] < receipt.hits
    ]
    assert list(receipt.settled.unserved) == hits
    for result in (await talk.results())[: receipt.hits]:
        assert (result.state, result.record_state, result.record) == (Finding.HIT, RecordState.REFUSED, ())


@pytest.mark.parametrize("index", [LyingRecords, LyingDigests])
@pytest.mark.parametrize("rewrite", [_graver, _graver_under_the_old_digest, with_another_salt])
async def test_record__that_differs_from_its_committed_digest__is_not_taken(
    talk: Conversation, index: type[LyingRecords], rewrite: Callable[[StoredRecord], StoredRecord]
) -> None:
    snapshots = index(talk.holder, rewrite)

    await settle_with(talk, talk.holder.discloser(snapshots=snapshots), HELD, MISSED)

    await _require_unserved(talk)


async def test_record__signed_by_another_key__is_not_taken(talk: Conversation) -> None:
    notary = talk.holder.strange_notary()

    await settle_with(talk, talk.holder.discloser(notary=notary), HELD, MISSED)

    await _require_unserved(talk)


class ExchangedRecords(Discloser):
    """Serves two claims with each other's records."""

    async def serve(
        self, batch_id: BatchId, head: ReplyHead, judged: Iterable[JudgedClaim]
    ) -> tuple[ServedRecord, ...]:
        first, second = await super().serve(batch_id, head, judged)
        return replace(second, index=first.index), replace(first, index=second.index)


async def test_record__of_another_element__is_not_taken(talk: Conversation) -> None:
    discloser = ExchangedRecords(snapshots=talk.holder.snapshots, notary=talk.holder.notary)

    await settle_with(talk, discloser, HELD, ALSO_HELD, MISSED)

    await _require_unserved(talk)


class ForOtherElements(Discloser):
    """Serves the right record with a signature that a rating of another element would cite."""

    async def serve(
        self, batch_id: BatchId, head: ReplyHead, judged: Iterable[JudgedClaim]
    ) -> tuple[ServedRecord, ...]:
        moved = [replace(each, claim=replace(each.claim, index=each.claim.index + 1)) for each in judged]
        served = await super().serve(batch_id, head, moved)
        return tuple(replace(record, index=record.index - 1) for record in served)


async def test_record__signed_for_another_element__is_not_taken(talk: Conversation) -> None:
    discloser = ForOtherElements(snapshots=talk.holder.snapshots, notary=talk.holder.notary)

    await settle_with(talk, discloser, HELD)

    await _require_unserved(talk)


class Silent(Discloser):
    """Takes the claims and serves nothing."""

    async def serve(
        self, batch_id: BatchId, head: ReplyHead, judged: Iterable[JudgedClaim]
    ) -> tuple[ServedRecord, ...]:
        await super().serve(batch_id, head, judged)
        return ()


async def test_claim__that_is_left_without_an_answer__is_noted_as_unserved(talk: Conversation) -> None:
    discloser = Silent(snapshots=talk.holder.snapshots, notary=talk.holder.notary)

    await settle_with(talk, discloser, HELD)

    settled = (await talk.receipt()).settled
    assert settled is not None
    assert settled.unserved == ((0, RefusalReason.CLAIM_NOT_FOUND),)
    assert (await talk.results())[0].record_state is RecordState.REFUSED
    # The proven answer is paid for; a record that did not come is not.
    assert await talk.charged() == Totals(queries=1, hits=0, amount=1)
