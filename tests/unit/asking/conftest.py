"""A holder's honest reply over a tree with several buckets, and everything it is judged against."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from stage.consortium import Consortium, House, publish

from oracle.asking.verifying import ReplyCase
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import AskedBatch, AskedReply
from oracle.domain.ids import MemberId
from oracle.domain.query import ReplyBody
from oracle.peer.bodies.reply import decode_reply, encode_reply
from oracle.peer.statements import parse_reply_head
from oracle.rules.replies import ExpectedReply

HELD = tuple(f"host{number}.example" for number in range(60))
ASKED = ("host7.example", "host8.example", "clear1.example", "clear2.example")
HOLDER = MemberId(2)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A batch that member 2 has answered honestly; nothing is judged yet."""

    consortium: Consortium
    asker: House
    batch: AskedBatch
    reply: AskedReply
    case: ReplyCase

    def hit_indices(self) -> set[int]:
        """Where the listed subjects stand in the batch's own order."""
        openings = enumerate(self.batch.content.openings)
        return {index for index, opening in openings if opening.subject.value in HELD}

    def altered(self, change: Callable[[ReplyBody], ReplyBody], **head: Any) -> ReplyCase:
        """The case as a holder makes it who changes the body and signs what it sends."""
        frame = encode_reply(change(decode_reply(self.case.frame)), salt=bytes(16))
        changed = replace(self.case.head, body_digest=keccak256(frame), **head)
        return replace(self.case, frame=frame, head=changed)


@pytest.fixture
async def answered(consortium: Consortium) -> Answered:
    asker = consortium[1]
    # One bit of prefix over a tree of two: a reply carries whole subtrees and a path.
    consortium.chain.declare(prefix_bits_6=1)
    await publish(consortium[2], *HELD)
    accepted = await asker.submit(*ASKED)
    await asker.commit()
    await consortium[2].answer()
    batch = await asker.batch(accepted)
    reply = await asker.requester.journals.replies.reply(batch.batch_id, HOLDER)
    assert reply is not None
    assert reply.received is not None
    return Answered(
        consortium=consortium, asker=asker, batch=batch, reply=reply, case=_case(asker, batch, reply)
    )


def _case(asker: House, batch: AskedBatch, reply: AskedReply) -> ReplyCase:
    view = asker.base.view
    placed = view.publications_of(HOLDER)[-1]
    assert reply.received is not None
    return ReplyCase(
        expected=ExpectedReply(
            batch_id=batch.batch_id,
            holder=HOLDER,
            publication=placed.publication,
            snapshot_block=placed.block_number,
            snapshot_block_hash=placed.block_hash,
        ),
        oprf_key=view.oprf_key(HOLDER, placed.publication.oprf_key_version).key,
        head=parse_reply_head(reply.received.statement).value,
        frame=reply.received.frame,
        elements=batch.content.elements,
        openings=batch.content.openings,
    )
