"""A removed record is recalled from whoever claimed it, once it is reached, and from nobody else."""

from stage.consortium import Consortium

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.recalls import Recall, RecalledRecord, RecallReason
from oracle.domain.reports import RawSubject
from oracle.peer.bodies.recall import encode_recall

NORTH, SOUTH = MemberId(2), MemberId(3)
SALT = bytes(16)


def _domain(name: str) -> RawSubject:
    return RawSubject(type="domain", value=name)


async def _recalled(consortium: Consortium, query_id: str) -> dict[tuple[int, int], str]:
    """What the asker's people see of each hit."""
    state = await consortium[1].requester.desk.query_state(query_id)
    return {(one.index, one.holder): one.recalled for one in state.results if one.record}


async def test_recall__record_removed__reaches_who_claimed_it_and_marks_its_result(
    consortium: Consortium,
) -> None:
    accepted = await consortium.whole("north.example", "both.example")
    north = consortium[2]

    removed = await north.holder.records.remove_records([_domain("both.example")], refuted=False)
    await north.accounts.recalling.round()

    assert (removed.removed, removed.recalled) == (1, 1)
    assert await _recalled(consortium, accepted.query_id) == {
        (0, NORTH): "",
        (1, NORTH): "withdrawn",
        (1, SOUTH): "",
    }
    (taken,) = (await consortium[1].accounts.recalling.recalls()).taken
    assert (taken.query_id, taken.index, taken.holder, taken.name) == (accepted.query_id, 1, 2, "North")
    (sent,) = (await north.accounts.recalling.recalls()).sent
    assert (sent.requester, sent.reason, sent.told) == (1, "withdrawn", True)


async def test_recall__requester_is_away__is_told_later_and_once(consortium: Consortium) -> None:
    await consortium.whole("north.example")
    north = consortium[2]
    await north.holder.records.remove_records([_domain("north.example")], refuted=True)
    north.client.away.add(MemberId(1))
    await north.accounts.recalling.round()
    assert [one.told for one in (await north.accounts.recalling.recalls()).sent] == [False]

    north.client.away.clear()
    north.client.sent.clear()
    await north.accounts.recalling.round()
    await north.accounts.recalling.round()

    assert [one.reason for one in (await consortium[1].accounts.recalling.recalls()).taken] == ["refuted"]
    assert [kind for kind, *_ in north.client.sent if kind == "recall"] == ["recall"]


async def test_recall__found_wrong_after_it_was_withdrawn__is_told_again_and_stays(
    consortium: Consortium,
) -> None:
    accepted = await consortium.whole("north.example")
    asker, north = consortium[1], consortium[2]
    batch = await asker.batch(accepted)
    receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert receipt is not None
    assert receipt.settled is not None
    digest = receipt.settled.records[0].digest
    for reason in (RecallReason.WITHDRAWN, RecallReason.REFUTED, RecallReason.WITHDRAWN):
        await north.holder.recalls.note([digest], reason, at=7)
        await north.accounts.recalling.round()

    assert [kind for kind, *_ in north.client.sent if kind == "recall"] == ["recall", "recall"]
    assert await _recalled(consortium, accepted.query_id) == {(0, NORTH): "refuted"}


async def test_recall__nobody_claimed_the_record__is_told_to_nobody(consortium: Consortium) -> None:
    await consortium.whole("north.example")
    north = consortium[2]

    removed = await north.holder.records.remove_records([_domain("both.example")], refuted=False)
    await north.accounts.recalling.round()

    assert (removed.removed, removed.recalled) == (1, 0)
    assert [kind for kind, *_ in north.client.sent if kind == "recall"] == []


async def test_recall__of_what_this_holder_did_not_disclose__is_ignored(consortium: Consortium) -> None:
    accepted = await consortium.whole("both.example")
    asker = consortium[1]
    batch = await asker.batch(accepted)
    receipt = await asker.requester.journals.receipts.receipt(batch.batch_id, NORTH)
    assert receipt is not None
    assert receipt.settled is not None
    (record,) = receipt.settled.records
    other = bytes(32)
    lies = (
        RecalledRecord(batch_id=batch.batch_id, index=record.index, record_digest=record.digest),
        RecalledRecord(batch_id=batch.batch_id, index=record.index, record_digest=other),
        RecalledRecord(batch_id=BatchId(other), index=0, record_digest=record.digest),
    )

    frame = encode_recall(Recall(reason=RecallReason.REFUTED, records=lies), salt=SALT)
    await consortium[3].courier.recall(asker.id, frame=frame)

    assert (await asker.accounts.recalling.recalls()).taken == ()
    assert set((await _recalled(consortium, accepted.query_id)).values()) == {""}
