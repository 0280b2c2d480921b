"""An honest reply proves hits and misses; with one thing changed it proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from oracle.asking.rejection import (
    ReplyHeadWrong,
    ReplyOrderWrong,
    ReplyPathWrong,
    ReplyProofWrong,
    ReplyRejected,
    ReplySnapshotWrong,
)
from oracle.asking.verifying import prove_reply
from oracle.crypto.group import multiply_base, random_scalar
from oracle.crypto.merkle import hash_digests
from oracle.crypto.voprf import evaluate_batch, generate_key
from oracle.domain.ids import Tag
from oracle.domain.query import Cut, CutBucket, ReplyBody
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.reply import decode_reply

Change = Callable[[ReplyBody], ReplyBody]


def _bucket(index: int, change: Callable[[CutBucket], CutBucket]) -> Change:
    """Changes the fullest bucket of one element's cut."""

    def changed(body: ReplyBody) -> ReplyBody:
        cut = body.cuts[index]
        place = max(range(len(cut.buckets)), key=lambda n: len(cut.buckets[n].tags))
        buckets = [*cut.buckets[:place], change(cut.buckets[place]), *cut.buckets[place + 1 :]]
        return _with_cut(body, index, replace(cut, buckets=tuple(buckets)))

    return changed


def _with_cut(body: ReplyBody, index: int, cut: Cut) -> ReplyBody:
    return replace(body, cuts=(*body.cuts[:index], cut, *body.cuts[index + 1 :]))


def _cut(change: Callable[[Cut], Cut]) -> Change:
    return lambda body: _with_cut(body, 0, change(body.cuts[0]))


def _invented(bucket: CutBucket) -> CutBucket:
    return replace(bucket, tags=tuple(sorted((*bucket.tags, Tag(b"\x77" * 16)))))


def _dropped(bucket: CutBucket) -> CutBucket:
    return replace(bucket, tags=bucket.tags[1:])


def _swapped(bucket: CutBucket) -> CutBucket:
    return replace(bucket, tags=(bucket.tags[1], bucket.tags[0], *bucket.tags[2:]))


def _doubled(bucket: CutBucket) -> CutBucket:
    return replace(bucket, tags=(bucket.tags[0], *bucket.tags))


def _other_digests(bucket: CutBucket) -> CutBucket:
    return replace(bucket, digests_hash=hash_digests([bytes(32)]))


LIES = {
    "an entry invented": (_bucket(0, _invented), ReplyPathWrong),
    "an entry dropped": (_bucket(1, _dropped), ReplyPathWrong),
    "a record replaced": (_bucket(2, _other_digests), ReplyPathWrong),
    "entries out of order": (_bucket(0, _swapped), ReplyOrderWrong),
    "an entry twice": (_bucket(0, _doubled), ReplyOrderWrong),
    "buckets under other numbers": (
        _cut(lambda cut: replace(cut, buckets=cut.buckets[::-1])),
        ReplyPathWrong,
    ),
    "a truncated subtree": (_cut(lambda cut: replace(cut, buckets=cut.buckets[:-1])), ReplyPathWrong),
    "one bucket too many": (
        _cut(lambda cut: replace(cut, buckets=(*cut.buckets, cut.buckets[0]))),
        ReplyPathWrong,
    ),
    "a sibling missing": (_cut(lambda cut: replace(cut, siblings=())), ReplyPathWrong),
    "a sibling too many": (
        _cut(lambda cut: replace(cut, siblings=(*cut.siblings, bytes(32)))),
        ReplyPathWrong,
    ),
    "another sibling": (_cut(lambda cut: replace(cut, siblings=(bytes(32),))), ReplyPathWrong),
    "evaluations exchanged": (
        lambda body: replace(body, evaluated=(body.evaluated[1], body.evaluated[0], *body.evaluated[2:])),
        ReplyProofWrong,
    ),
    "another point": (
        lambda body: replace(body, evaluated=(multiply_base(random_scalar()), *body.evaluated[1:])),
        ReplyProofWrong,
    ),
    "no point": (
        lambda body: replace(body, evaluated=(b"\xff" * 32, *body.evaluated[1:])),
        ReplyProofWrong,
    ),
    "the identity": (lambda body: replace(body, evaluated=(bytes(32), *body.evaluated[1:])), ReplyProofWrong),
    "another proof": (lambda body: replace(body, proof=bytes(64)), ReplyProofWrong),
    "an answer missing": (
        lambda body: replace(body, evaluated=body.evaluated[1:], cuts=body.cuts[1:]),
        ReplyRejected,
    ),
}


def test_reply__honest__proves_the_hits_and_nothing_else(answered: Any) -> None:
    proven = prove_reply(answered.case)

    assert proven.holder == answered.case.head.holder
    assert proven.sequence == answered.case.head.sequence
    assert {hit.index for hit in proven.hits} == answered.hit_indices()
    body = decode_reply(answered.case.frame)
    for hit in proven.hits:
        (bucket,) = (bucket for bucket in body.cuts[hit.index].buckets if hit.tag in bucket.tags)
        assert bucket.tags[hit.place] == hit.tag
        assert (hit.bucket_size, hit.digests_hash) == (len(bucket.tags), bucket.digests_hash)


def test_reply__as_the_tests_change_it__has_several_buckets_and_a_path(answered: Any) -> None:
    body = decode_reply(answered.case.frame)

    assert answered.case.head.bits == 2
    assert {len(cut.buckets) for cut in body.cuts} == {2}
    assert {len(cut.siblings) for cut in body.cuts} == {1}


@pytest.mark.parametrize("lie", LIES)
def test_reply__changed_and_signed_by_its_holder__is_rejected_for_what_was_changed(
    answered: Any, lie: str
) -> None:
    change, error = LIES[lie]

    with pytest.raises(ReplyRejected) as rejected:
        prove_reply(answered.altered(change))

    assert type(rejected.value) is error


def test_reply__evaluated_with_another_key__is_rejected(answered: Any) -> None:
    blinded = [element.blinded for element in unpack_elements(answered.case.elements)]
    evaluation = evaluate_batch(generate_key(), blinded)

    with pytest.raises(ReplyProofWrong):
        prove_reply(
            answered.altered(
                lambda body: replace(body, evaluated=evaluation.elements, proof=evaluation.proof)
            )
        )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"root": bytes(32)}, ReplySnapshotWrong),
        ({"bits": 1}, ReplySnapshotWrong),
        ({"sequence": 1}, ReplySnapshotWrong),
        ({"snapshot_block": 1}, ReplySnapshotWrong),
        ({"oprf_key_version": 2}, ReplySnapshotWrong),
        ({"holder": 3}, ReplyHeadWrong),
        ({"batch_id": bytes(32)}, ReplyHeadWrong),
        ({"body_digest": bytes(32)}, ReplyHeadWrong),
    ],
)
def test_reply__whose_head_says_something_else__is_rejected(
    answered: Any, changes: dict[str, object], error: type[ReplyRejected]
) -> None:
    with pytest.raises(ReplyRejected) as rejected:
        prove_reply(replace(answered.case, head=replace(answered.case.head, **changes)))

    assert type(rejected.value) is error


def test_reply__frame_changed_on_the_way__does_not_fit_its_head(answered: Any) -> None:
    frame = bytearray(answered.case.frame)
    frame[200] ^= 1

    with pytest.raises(ReplyHeadWrong):
        prove_reply(replace(answered.case, frame=bytes(frame)))


def test_rejections__each_kind__tells_the_holder_another_reason() -> None:
    kinds = [
        ReplyRejected,
        ReplyHeadWrong,
        ReplySnapshotWrong,
        ReplyPathWrong,
        ReplyOrderWrong,
        ReplyProofWrong,
    ]

    assert len({kind.reason for kind in kinds}) == len(kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)
