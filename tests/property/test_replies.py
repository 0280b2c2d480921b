"""Whatever a holder sends in place of an honest reply, it is rejected, and nothing else happens."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.asking.rejection import ReplyRejected
from oracle.asking.verifying import ReplyCase, prove_reply
from oracle.crypto.buckets import bucket_hash, bucket_number, narrow
from oracle.crypto.keccak import keccak256
from oracle.crypto.merkle import cut_bucket, leaf
from oracle.crypto.tag import tag
from oracle.crypto.tree import Tree
from oracle.crypto.voprf import blind, evaluate_batch, evaluate_own, generate_key, public_key
from oracle.domain.asked import Opening
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication, ReplyHead
from oracle.domain.query import Bucket, Cut, Element, ReplyBody
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.bodies.elements import pack_elements
from oracle.peer.bodies.reply import encode_reply
from oracle.peer.errors import WireBroken
from oracle.rules.replies import ExpectedReply

HOLDER, VERSION, BITS, PREFIX_BITS = MemberId(2), KeyVersion(1), 3, 2
SECRET = generate_key()


def _subject(number: int) -> Subject:
    return Subject(type=SubjectType.DOMAIN, value=f"host{number}.example")


def _tag(subject: Subject) -> bytes:
    return tag(evaluate_own(SECRET, subject.encoded), HOLDER, VERSION)


def _bucket(number: int, held: list[Subject]) -> Bucket:
    tags = tuple(sorted(_tag(s) for s in held if bucket_number(bucket_hash(s.encoded), BITS) == number))
    return Bucket(number=number, tags=tags, digests=tuple(keccak256(listed) for listed in tags))


HELD = [_subject(number) for number in range(40)]
ASKED = [_subject(number) for number in (3, 4, 100, 101)]
BUCKETS = [_bucket(number, HELD) for number in range(1 << BITS)]
TREE = Tree.from_leaves(BITS, (leaf(b.number, b.tags, b.digests) for b in BUCKETS))
BLINDED = [blind(subject.encoded) for subject in ASKED]
ELEMENTS = [
    Element(
        blinded=blinded.element,
        prefix_bits=PREFIX_BITS,
        prefix=bucket_hash(subject.encoded) >> (32 - PREFIX_BITS),
    )
    for blinded, subject in zip(BLINDED, ASKED, strict=True)
]


def _cut(element: Element) -> Cut:
    depth, prefix = narrow(element.prefix, element.prefix_bits, BITS)
    width = 1 << (BITS - depth)
    buckets = BUCKETS[prefix * width : (prefix + 1) * width]
    return Cut(buckets=tuple(map(cut_bucket, buckets)), siblings=TREE.siblings(depth, prefix))


EVALUATION = evaluate_batch(SECRET, [element.blinded for element in ELEMENTS])
HONEST = ReplyBody(proof=EVALUATION.proof, evaluated=EVALUATION.elements, cuts=tuple(map(_cut, ELEMENTS)))


def _case(frame: bytes) -> ReplyCase:
    publication = Publication(
        holder=HOLDER, sequence=Sequence(1), root=TREE.root, bits=BITS, oprf_key_version=VERSION
    )
    head = ReplyHead(
        batch_id=BatchId(bytes(32)),
        holder=HOLDER,
        snapshot_block=BlockNumber(1),
        snapshot_block_hash=bytes(32),
        sequence=publication.sequence,
        root=publication.root,
        bits=BITS,
        oprf_key_version=VERSION,
        answered_at=0,
        body_digest=keccak256(frame),
    )
    return ReplyCase(
        expected=ExpectedReply(
            batch_id=head.batch_id,
            holder=HOLDER,
            publication=publication,
            snapshot_block=head.snapshot_block,
            snapshot_block_hash=head.snapshot_block_hash,
        ),
        oprf_key=public_key(SECRET),
        head=head,
        frame=frame,
        elements=pack_elements(ELEMENTS),
        openings=tuple(
            Opening(subject=subject, blind=blinded.scalar, positions=(n,))
            for n, (subject, blinded) in enumerate(zip(ASKED, BLINDED, strict=True))
        ),
    )


def _rejected(frame: bytes) -> None:
    with pytest.raises(ReplyRejected):
        prove_reply(_case(frame))


def _body(body: ReplyBody) -> bytes:
    return encode_reply(body, salt=bytes(16))


def test_reply__honest__proves_exactly_the_held_ones() -> None:
    assert [hit.index for hit in prove_reply(_case(_body(HONEST))).hits] == [0, 1]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=64, max_size=64))
def test_reply__with_any_other_proof__is_rejected(proof: bytes) -> None:
    _rejected(_body(replace(HONEST, proof=proof)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3), st.binary(min_size=32, max_size=32))
def test_reply__with_any_other_evaluation__is_rejected(place: int, point: bytes) -> None:
    evaluated = (*HONEST.evaluated[:place], point, *HONEST.evaluated[place + 1 :])

    _rejected(_body(replace(HONEST, evaluated=evaluated)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3), st.lists(st.binary(min_size=16, max_size=16), max_size=8), st.integers(0, 1))
def test_reply__with_any_other_tags__is_rejected(place: int, tags: list[bytes], bucket: int) -> None:
    cut = HONEST.cuts[place]
    changed = replace(cut.buckets[bucket], tags=tuple(tags))
    buckets = (changed, *cut.buckets[1:]) if bucket == 0 else (cut.buckets[0], changed)
    if buckets == cut.buckets:
        return  # an empty bucket, drawn empty

    cuts = (*HONEST.cuts[:place], replace(cut, buckets=buckets), *HONEST.cuts[place + 1 :])
    _rejected(_body(replace(HONEST, cuts=cuts)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_reply__with_any_byte_changed_and_signed_anew__proves_the_same_or_nothing(
    data: st.DataObject,
) -> None:
    frame = bytearray(_body(HONEST))
    used = 4 + int.from_bytes(frame[:4])
    place = data.draw(st.integers(0, used + 8))
    frame[place] ^= data.draw(st.integers(1, 255))

    try:
        proven = prove_reply(_case(bytes(frame)))
    except ReplyRejected:
        return
    # The salt is the one part that says nothing.
    assert proven == prove_reply(_case(_body(HONEST)))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_reply__of_any_bytes_at_all__is_rejected(content: bytes) -> None:
    _rejected(content)
    _rejected((len(content).to_bytes(4) + content).ljust(4096, b"\0"))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.integers(0, 5))
def test_reply__with_another_number_of_answers__is_rejected(evaluations: int, cuts: int) -> None:
    body = replace(
        HONEST,
        evaluated=(HONEST.evaluated * 2)[:evaluations],
        cuts=(HONEST.cuts * 2)[:cuts],
    )
    if evaluations == cuts == len(ELEMENTS):
        return
    try:
        frame = _body(body)
    except WireBroken:
        return  # it is not even written
    _rejected(frame)
