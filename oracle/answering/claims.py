"""Judges the claims of a receipt; run in a worker, for each costs two scalar multiplications.

`B = r · H(subject)` and the prefix are checked, so nobody buys a record on a tag harvested from a bucket, and
nobody can have asked with another subject's prefix (protocol.md section 5).
"""

from dataclasses import dataclass, field

from oracle.crypto.buckets import bucket_hash, prefix
from oracle.crypto.errors import CryptoError
from oracle.crypto.tag import tag
from oracle.crypto.voprf import evaluate_own_batch, reblind_check
from oracle.domain.ids import KeyVersion, MemberId, Tag
from oracle.domain.query import Element
from oracle.domain.settlement import ReceiptClaim, RefusalReason
from oracle.peer.bodies.elements import unpack_elements


@dataclass(frozen=True, slots=True, kw_only=True)
class OprfIdentity:
    """Under which key the batch was answered."""

    secret: bytes = field(repr=False)
    holder: MemberId
    version: KeyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedClaim:
    """A claim whose opening holds, with the tag it leads to; or the reason why it does not."""

    claim: ReceiptClaim
    tag: Tag | None = field(repr=False)
    reason: RefusalReason | None


def judge_claims(
    claims: tuple[ReceiptClaim, ...], packed_elements: bytes, identity: OprfIdentity
) -> tuple[JudgedClaim, ...]:
    """In the order of the claims, whose indices are within the batch and ascending."""
    elements = unpack_elements(packed_elements)
    reasons = [_refusal_of_opening(claim, elements[claim.index]) for claim in claims]
    opened = [claim.subject for claim, reason in zip(claims, reasons, strict=True) if reason is None]
    outputs = iter(evaluate_own_batch(identity.secret, opened))
    return tuple(
        JudgedClaim(
            claim=claim,
            tag=None if reason is not None else tag(next(outputs), identity.holder, identity.version),
            reason=reason,
        )
        for claim, reason in zip(claims, reasons, strict=True)
    )


def _refusal_of_opening(claim: ReceiptClaim, element: Element) -> RefusalReason | None:
    try:
        opens = reblind_check(claim.subject, claim.blind, element.blinded)
    except CryptoError:
        opens = False
    if not opens:
        return RefusalReason.CLAIM_BLIND_WRONG
    if prefix(bucket_hash(claim.subject), element.prefix_bits) != element.prefix:
        return RefusalReason.CLAIM_PREFIX_WRONG
    return None
