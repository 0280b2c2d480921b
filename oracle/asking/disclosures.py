"""Checks what a holder disclosed against what it had committed to before the query.

A record counts only if it is the one whose digest stands at the tag's place in the bucket of the committed
snapshot, and if the holder signed it for this batch, element and category: that is what a rating cites.
"""

from collections.abc import Iterable
from typing import ClassVar

import structlog

from oracle.crypto.merkle import hash_digests
from oracle.domain.asked import AskedReply, DisclosedItem, DisclosedRecord, ProvenHit, Settled
from oracle.domain.errors import Broken, Refused
from oracle.domain.ids import KeyVersion
from oracle.domain.messages import Disclosure
from oracle.domain.settlement import RefusalReason, ServedRecord, ServedStatus
from oracle.peer.notary import Witness
from oracle.peer.record_codec import open_frame, record_digest

log = structlog.get_logger()


class DisclosureWrong(Refused):
    """A disclosed record is not the one that was committed; kept as unserved, ready for a dispute."""

    code: ClassVar[str] = "disclosure_wrong"


def check_disclosures(served: Iterable[ServedRecord], *, reply: AskedReply, notary: Witness) -> Settled:
    """Sort the answers to our claims; a wrong disclosure counts as not served, and so does a missing one.

    A rejected reply has no proof and so no claims: whatever its holder answers, there is nothing to take.
    """
    if reply.proven is None:
        return Settled(records=(), withdrawn=(), unserved=())
    if reply.received is None:
        raise Broken("disclosures are checked for a reply that is not in the journal")
    by_index = {record.index: record for record in served}
    records: list[DisclosedRecord] = []
    withdrawn: list[int] = []
    unserved: list[tuple[int, int]] = []
    for hit in reply.proven.hits:
        answer = by_index.get(hit.index)
        if answer is None:
            unserved.append((hit.index, RefusalReason.CLAIM_NOT_FOUND))
        elif answer.status is ServedStatus.WITHDRAWN:
            withdrawn.append(hit.index)
        elif answer.status is ServedStatus.REFUSED:
            unserved.append((hit.index, answer.reason))
        else:
            try:
                records.append(_check(answer, hit, reply, notary))
            except Refused as error:
                log.warning("disclosure_wrong", holder=int(reply.holder), reason=error.code)
                unserved.append((hit.index, RefusalReason.MALFORMED))
    return Settled(records=tuple(records), withdrawn=tuple(withdrawn), unserved=tuple(unserved))


def _check(answer: ServedRecord, hit: ProvenHit, reply: AskedReply, notary: Witness) -> DisclosedRecord:
    if len(answer.digests) != hit.bucket_size or hash_digests(answer.digests) != hit.digests_hash:
        raise DisclosureWrong("The bucket's digests are not the ones that were committed.")
    digest = record_digest(answer.salt, answer.record_frame)
    if digest != answer.digests[hit.place]:
        raise DisclosureWrong("The record does not match its committed digest.")
    record = open_frame(answer.record_frame)
    if [item.category for item in record.items] != [signed.category for signed in answer.signatures]:
        raise DisclosureWrong("The record's categories are not the signed ones.")
    version = KeyVersion(reply.received.sender_key_version if reply.received else 0)
    for signed in answer.signatures:
        statement = Disclosure(
            batch_id=reply.batch_id, index=hit.index, category=signed.category, record_digest=digest
        )
        # The holder may have rotated its key since it replied.
        if not notary.signed_since(statement, signed.signature, reply.holder, version):
            raise DisclosureWrong("A category of the record is not signed by the holder.")
    return DisclosedRecord(
        index=hit.index,
        record=record,
        digest=digest,
        items=tuple(DisclosedItem(category=s.category, signature=s.signature) for s in answer.signatures),
    )
