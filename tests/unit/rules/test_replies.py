"""A signed head is held against the chain field by field."""

from dataclasses import replace

import pytest

from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication, ReplyHead
from oracle.domain.settlement import RefusalReason
from oracle.rules.replies import ExpectedReply, refusal_of_head

BODY = b"\x05" * 32
HEAD = ReplyHead(
    batch_id=BatchId(b"\x01" * 32),
    holder=MemberId(2),
    snapshot_block=BlockNumber(70),
    snapshot_block_hash=b"\x02" * 32,
    sequence=Sequence(9),
    root=b"\x03" * 32,
    bits=4,
    oprf_key_version=KeyVersion(1),
    answered_at=1_000,
    body_digest=BODY,
)
EXPECTED = ExpectedReply(
    batch_id=HEAD.batch_id,
    holder=HEAD.holder,
    publication=Publication(
        holder=HEAD.holder,
        sequence=HEAD.sequence,
        root=HEAD.root,
        bits=HEAD.bits,
        oprf_key_version=HEAD.oprf_key_version,
    ),
    snapshot_block=HEAD.snapshot_block,
    snapshot_block_hash=HEAD.snapshot_block_hash,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        # When a holder answered is its own statement; the chain prescribes nothing about it.
        ({"answered_at": 5}, None),
        ({"batch_id": b"\x0f" * 32}, RefusalReason.REPLY_HEAD_WRONG),
        ({"holder": 3}, RefusalReason.REPLY_HEAD_WRONG),
        ({"body_digest": b"\x0f" * 32}, RefusalReason.REPLY_HEAD_WRONG),
        ({"sequence": 8}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"sequence": 10}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"root": b"\x0f" * 32}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"bits": 3}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"oprf_key_version": 2}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"snapshot_block": 71}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"snapshot_block_hash": b"\x0f" * 32}, RefusalReason.REPLY_SNAPSHOT_WRONG),
        ({"holder": 3, "root": b"\x0f" * 32}, RefusalReason.REPLY_HEAD_WRONG),
    ],
)
def test_head__one_field_changed__is_refused_for_it(
    changes: dict[str, object], expected: RefusalReason | None
) -> None:
    head = replace(HEAD, **changes)

    assert refusal_of_head(head, EXPECTED, body_digest=BODY) == expected


def test_head__body_that_came_is_another__is_refused() -> None:
    assert refusal_of_head(HEAD, EXPECTED, body_digest=b"\x0f" * 32) is RefusalReason.REPLY_HEAD_WRONG
