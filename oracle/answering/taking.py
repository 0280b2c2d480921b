"""What is noted of the claims that were taken: a dispute names a claim, a recall a record."""

from collections.abc import Iterable

from oracle.domain.answered import AnsweredBatch
from oracle.domain.disputes import TakenClaim
from oracle.domain.ids import MemberId
from oracle.domain.settlement import ReceiptClaim, ServedRecord, ServedStatus
from oracle.peer.notary import Notary
from oracle.peer.record_codec import record_digest


def taken_claims(
    claims: Iterable[ReceiptClaim],
    records: Iterable[ServedRecord],
    batch: AnsweredBatch,
    holder: MemberId,
    notary: Notary,
    *,
    at: int,
) -> tuple[TakenClaim, ...]:
    """One for each claim, which `records` answer in their order."""
    return tuple(
        TakenClaim(
            requester=batch.requester,
            batch_id=batch.batch_id,
            index=claim.index,
            claim_digest=notary.digest(claim.claim(batch_id=batch.batch_id, holder=holder)),
            record_digest=_digest_of(record),
            claimed_at=at,
        )
        for claim, record in zip(claims, records, strict=False)
    )


def only_served(taken: Iterable[TakenClaim]) -> tuple[TakenClaim, ...]:
    """What a restored store may note of a batch from before it was restored.

    A claim that it does not serve now it may have served then: a dispute over it must not count it again.
    """
    return tuple(one for one in taken if one.record_digest is not None)


def _digest_of(record: ServedRecord) -> bytes | None:
    served = record.status is ServedStatus.SERVED
    return record_digest(record.salt, record.record_frame) if served else None
