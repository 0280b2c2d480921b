"""What a reply's signed head must say, decided before any curve."""

from dataclasses import dataclass

from oracle.domain.ids import BatchId, BlockNumber, MemberId
from oracle.domain.messages import Publication, ReplyHead
from oracle.domain.settlement import RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedReply:
    """What the chain and the requester's journal say that the reply has to be."""

    batch_id: BatchId
    holder: MemberId
    publication: Publication
    snapshot_block: BlockNumber
    snapshot_block_hash: bytes


def refusal_of_head(head: ReplyHead, expected: ExpectedReply, *, body_digest: bytes) -> RefusalReason | None:
    """Why a signed head does not fit, or None."""
    if (head.batch_id, head.holder, head.body_digest) != (expected.batch_id, expected.holder, body_digest):
        return RefusalReason.REPLY_HEAD_WRONG
    publication = expected.publication
    stated = (head.sequence, head.root, head.bits, head.oprf_key_version)
    committed = (publication.sequence, publication.root, publication.bits, publication.oprf_key_version)
    block = (head.snapshot_block, head.snapshot_block_hash)
    if stated != committed or block != (expected.snapshot_block, expected.snapshot_block_hash):
        return RefusalReason.REPLY_SNAPSHOT_WRONG
    return None
