"""The body of a reply: one proof, and per element its evaluation, its subtree's buckets and their path."""

from oracle.domain.ids import Tag
from oracle.domain.query import MAX_BATCH, Cut, CutBucket, ReplyBody
from oracle.peer import cbor
from oracle.peer.bodies.fields import (
    HASH_SIZE,
    SALT_KEY,
    read_body,
    read_bytes,
    read_chunks,
    read_list,
    read_row,
    read_salt,
)
from oracle.peer.errors import WireBroken
from oracle.peer.frames import LARGEST_FRAME, frame

_PROOF, _ANSWERS = 1, 2
PROOF_SIZE = 64
EVALUATED_SIZE = 32
TAG_SIZE = 16
MAX_SIBLINGS = 32
"""A bucket number has 32 bits, so no path is longer."""
_MOST_BUCKETS = LARGEST_FRAME // HASH_SIZE
_MOST_TAGS = LARGEST_FRAME // TAG_SIZE


def encode_reply(body: ReplyBody, *, salt: bytes) -> bytes:
    """A padded frame; `FrameTooLarge` when the cuts do not fit the largest size class."""
    if len(body.evaluated) != len(body.cuts):
        raise WireBroken("a reply has one evaluation and one cut for each element")
    answers: list[cbor.Encodable] = [
        [evaluated, [_bucket(bucket) for bucket in cut.buckets], b"".join(cut.siblings)]
        for evaluated, cut in zip(body.evaluated, body.cuts, strict=True)
    ]
    return frame(cbor.encode({SALT_KEY: salt, _PROOF: body.proof, _ANSWERS: answers}))


def decode_reply(framed: bytes) -> ReplyBody:
    """The form only; order of tags, number of buckets and length of the path are judged against the head."""
    salt, proof, answers = read_body(framed, SALT_KEY, _PROOF, _ANSWERS)
    read_salt(salt)
    rows = [
        read_row(row, "an answer", columns=3)
        for row in read_list(answers, "answers", least=1, most=MAX_BATCH)
    ]
    return ReplyBody(
        proof=read_bytes(proof, "the proof", exactly=PROOF_SIZE),
        evaluated=tuple(read_bytes(row[0], "an evaluation", exactly=EVALUATED_SIZE) for row in rows),
        cuts=tuple(_read_cut(row[1], row[2]) for row in rows),
    )


def _bucket(bucket: CutBucket) -> list[bytes]:
    return [b"".join(bucket.tags), bucket.digests_hash]


def _read_cut(buckets: object, siblings: object) -> Cut:
    return Cut(
        buckets=tuple(
            _read_bucket(bucket) for bucket in read_list(buckets, "buckets", least=1, most=_MOST_BUCKETS)
        ),
        siblings=read_chunks(siblings, "siblings", size=HASH_SIZE, most=MAX_SIBLINGS),
    )


def _read_bucket(value: object) -> CutBucket:
    tags, digests_hash = read_row(value, "a bucket", columns=2)
    return CutBucket(
        tags=tuple(Tag(tag) for tag in read_chunks(tags, "tags", size=TAG_SIZE, most=_MOST_TAGS)),
        digests_hash=read_bytes(digests_hash, "a digests hash", exactly=HASH_SIZE),
    )
