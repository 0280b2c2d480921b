"""Judges one reply against what the chain and the journal say it has to be; run in a worker.

Every check of protocol.md section 4 runs for every reply: head, snapshot rule, order, path, proof. Only then
are tags looked for. Found and not found are both proven; anything else is no answer.
"""

from dataclasses import dataclass, field

from oracle.asking.rejection import (
    ReplyHeadWrong,
    ReplyOrderWrong,
    ReplyPathWrong,
    ReplyProofWrong,
    ReplyRejected,
    ReplySnapshotWrong,
)
from oracle.crypto.buckets import bucket_hash, bucket_number, narrow
from oracle.crypto.errors import CryptoError, PathRefused, TagsNotAscending
from oracle.crypto.keccak import keccak256
from oracle.crypto.merkle import verify_subtree
from oracle.crypto.tag import tag
from oracle.crypto.voprf import finalize_batch, verify_batch
from oracle.domain.asked import Opening, ProvenHit, ProvenReply
from oracle.domain.ids import KeyVersion, MemberId
from oracle.domain.messages import ReplyHead
from oracle.domain.query import Cut, Element, ReplyBody
from oracle.domain.settlement import RefusalReason
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.reply import decode_reply
from oracle.peer.errors import WireRefused
from oracle.rules.replies import ExpectedReply, refusal_of_head


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCase:
    """A reply and everything it is held against."""

    expected: ExpectedReply
    oprf_key: bytes
    """The holder's public key of the snapshot's key version, from the chain."""
    head: ReplyHead
    frame: bytes = field(repr=False)
    elements: bytes = field(repr=False)
    openings: tuple[Opening, ...] = field(repr=False)


def prove_reply(case: ReplyCase) -> ProvenReply:
    """What the reply proves; raises a `ReplyRejected` for the first check that fails."""
    body = _proven(case)
    return ProvenReply(
        holder=case.expected.holder,
        sequence=case.head.sequence,
        snapshot_block=case.head.snapshot_block,
        hits=_hits(case, body),
    )


def prove_element(case: ReplyCase, index: int, *, subject: bytes, blind: bytes) -> ProvenHit | None:
    """As `prove_reply`, where the opening of one element is known; None when it is proven absent."""
    body = _proven(case)
    (output,) = finalize_batch([subject], [blind], [body.evaluated[index]])
    return _find(index, subject, output, body.cuts[index], case.head)


def _proven(case: ReplyCase) -> ReplyBody:
    _check_head(case)
    try:
        body = decode_reply(case.frame)
    except WireRefused as error:
        raise ReplyRejected("The reply's content is not in the form of this version.") from error
    elements = unpack_elements(case.elements)
    if len(body.evaluated) != len(elements):
        raise ReplyRejected("The reply has not one answer for each element.")
    for element, cut in zip(elements, body.cuts, strict=True):
        _check_cut(element, cut, case.head)
    _check_proof(case, body, elements)
    return body


def _check_head(case: ReplyCase) -> None:
    reason = refusal_of_head(case.head, case.expected, body_digest=keccak256(case.frame))
    if reason is RefusalReason.REPLY_SNAPSHOT_WRONG:
        raise ReplySnapshotWrong("The reply was cut from another snapshot than the chain prescribes.")
    if reason is not None:
        raise ReplyHeadWrong("The signed head belongs to another batch, holder or body.")


def _check_cut(element: Element, cut: Cut, head: ReplyHead) -> None:
    try:
        depth, prefix = narrow(element.prefix, element.prefix_bits, head.bits)
        verify_subtree(head.root, bits=head.bits, depth=depth, prefix=prefix, cut=cut)
    except TagsNotAscending as error:
        raise ReplyOrderWrong("The tags of a bucket are not in strictly increasing order.") from error
    except PathRefused as error:
        raise ReplyPathWrong("Buckets and siblings do not lead to the root on the chain.") from error


def _check_proof(case: ReplyCase, body: ReplyBody, elements: tuple[Element, ...]) -> None:
    blinded = [element.blinded for element in elements]
    try:
        verify_batch(case.oprf_key, blinded, body.evaluated, body.proof)
    except CryptoError as error:
        # Also what is no point or no scalar at all: whatever a holder sends, it is the reply that fails.
        raise ReplyProofWrong("The evaluation is not proven under the key on the chain.") from error


def _hits(case: ReplyCase, body: ReplyBody) -> tuple[ProvenHit, ...]:
    if not case.openings:
        return ()  # decoys: whoever asked for an auditor can open none of them
    subjects = [opening.subject.encoded for opening in case.openings]
    outputs = finalize_batch(subjects, [opening.blind for opening in case.openings], body.evaluated)
    found = []
    for index, (subject, output, cut) in enumerate(zip(subjects, outputs, body.cuts, strict=True)):
        hit = _find(index, subject, output, cut, case.head)
        if hit is not None:
            found.append(hit)
    return tuple(found)


def _find(index: int, subject: bytes, output: bytes, cut: Cut, head: ReplyHead) -> ProvenHit | None:
    wanted = tag(output, MemberId(head.holder), KeyVersion(head.oprf_key_version))
    # The cut covers 2^(b-q) buckets from the subtree's first; the last b-q bits say which one is ours.
    bucket = cut.buckets[bucket_number(bucket_hash(subject), head.bits) % len(cut.buckets)]
    if wanted not in bucket.tags:
        return None
    return ProvenHit(
        index=index,
        tag=wanted,
        place=bucket.tags.index(wanted),
        bucket_size=len(bucket.tags),
        digests_hash=bucket.digests_hash,
    )
