"""A disclosed record counts only when it is the committed one and signed for this batch."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from stage.consortium import Consortium

from oracle.asking.disclosures import check_disclosures
from oracle.domain.ids import MemberId
from oracle.domain.messages import Disclosure
from oracle.domain.record import Category
from oracle.domain.settlement import CategorySignature, RefusalReason, ServedRecord, ServedStatus
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.record_codec import frame_record, open_frame, record_digest

NORTH = MemberId(2)


@pytest.fixture
async def served(consortium: Consortium) -> Any:
    """One proven hit at member 2, and what that member honestly answered to the claim."""
    asker, north = consortium[1], consortium[2]
    accepted = await consortium.whole("north.example", "clear.example")
    batch = await asker.batch(accepted)
    reply = await asker.requester.journals.replies.reply(batch.batch_id, NORTH)
    settled = await north.holder.journal.batch(asker.id, batch.batch_id)
    assert settled is not None
    (record,) = decode_disclosures(settled.disclosures or b"").records
    return asker, north, batch, reply, record


def test_disclosure__honest__is_the_record_with_the_signatures_that_a_rating_cites(served: Any) -> None:
    asker, _, _, reply, record = served

    settled = check_disclosures([record], reply=reply, notary=asker.notary)

    (disclosed,) = settled.records
    assert (settled.withdrawn, settled.unserved) == ((), ())
    assert disclosed.index == record.index
    assert [item.category for item in disclosed.record.items] == [Category.TRANSACTION_FRAUD]
    assert [item.category for item in disclosed.items] == [Category.TRANSACTION_FRAUD]
    assert disclosed.digest == record_digest(record.salt, record.record_frame)


def _other_record(record: ServedRecord) -> ServedRecord:
    (item,) = open_frame(record.record_frame).items
    frame = frame_record(replace(open_frame(record.record_frame), items=(replace(item, severity=1),)))
    return replace(record, record_frame=frame)


LIES: dict[str, Callable[[ServedRecord], ServedRecord]] = {
    "another record": _other_record,
    "another salt": lambda record: replace(record, salt=bytes(16)),
    "other digests": lambda record: replace(record, digests=(bytes(32), *record.digests[1:])),
    "a digest too many": lambda record: replace(record, digests=(*record.digests, bytes(32))),
    "digests in another order": lambda record: replace(record, digests=record.digests[::-1]),
    "no signature": lambda record: replace(record, signatures=()),
    "a signature for another category": lambda record: replace(
        record, signatures=(replace(record.signatures[0], category=4),)
    ),
    "a signature that is none": lambda record: replace(
        record, signatures=(replace(record.signatures[0], signature=bytes(65)),)
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_disclosure__with_one_thing_changed__counts_as_not_served(served: Any, lie: str) -> None:
    asker, _, _, reply, record = served

    settled = check_disclosures([LIES[lie](record)], reply=reply, notary=asker.notary)

    assert settled.records == ()
    assert settled.unserved == ((record.index, RefusalReason.MALFORMED),)


@pytest.mark.parametrize("signer", ["another member", "for another batch", "for another element"])
def test_disclosure__signed_for_something_else__counts_as_not_served(served: Any, signer: str) -> None:
    asker, north, batch, reply, record = served
    statement = Disclosure(
        batch_id=batch.batch_id,
        index=record.index,
        category=Category.TRANSACTION_FRAUD,
        record_digest=record_digest(record.salt, record.record_frame),
    )
    notary = north.notary
    if signer == "another member":
        notary = asker.notary
    elif signer == "for another batch":
        statement = replace(statement, batch_id=bytes(32))
    else:
        statement = replace(statement, index=record.index ^ 1)
    signature = CategorySignature(category=Category.TRANSACTION_FRAUD, signature=notary.sign(statement))

    settled = check_disclosures([replace(record, signatures=(signature,))], reply=reply, notary=asker.notary)

    assert settled.records == ()


def _without_record(status: ServedStatus, reason: int) -> Callable[[ServedRecord], list[ServedRecord]]:
    return lambda record: [ServedRecord(index=record.index, status=status, reason=reason)]


@pytest.mark.parametrize(
    ("answers", "withdrawn", "reason"),
    [
        (_without_record(ServedStatus.WITHDRAWN, 0), True, None),
        (
            _without_record(ServedStatus.REFUSED, RefusalReason.CLAIM_NOT_FOUND),
            False,
            RefusalReason.CLAIM_NOT_FOUND,
        ),
        (lambda _: [], False, RefusalReason.CLAIM_NOT_FOUND),
        # An answer about an element that was not claimed is no answer to the claim.
        (lambda record: [replace(record, index=record.index ^ 1)], False, RefusalReason.CLAIM_NOT_FOUND),
    ],
)
def test_claim__withdrawn_refused_or_not_answered__is_told_apart(
    served: Any,
    answers: Callable[[ServedRecord], list[ServedRecord]],
    *,
    withdrawn: bool,
    reason: RefusalReason | None,
) -> None:
    asker, _, _, reply, record = served

    settled = check_disclosures(answers(record), reply=reply, notary=asker.notary)

    assert settled.records == ()
    assert settled.withdrawn == ((record.index,) if withdrawn else ())
    assert settled.unserved == (() if reason is None else ((record.index, reason),))


def test_disclosures__for_a_reply_that_was_rejected__are_nobody_s(served: Any) -> None:
    asker, _, _, reply, record = served

    settled = check_disclosures([record], reply=replace(reply, proven=None), notary=asker.notary)

    assert (settled.records, settled.withdrawn, settled.unserved) == ((), (), ())
