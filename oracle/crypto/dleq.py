"""Proofs that two discrete logarithms are equal, over a whole batch (RFC 9497 section 2.2)."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from functools import reduce

from oracle.crypto import group
from oracle.crypto.errors import BatchLengthsDiffer, BatchTooLong, EmptyBatch, ProofInvalid, require_length
from oracle.crypto.group import Point, Scalar
from oracle.crypto.suite import MAX_LENGTH, Suite

PROOF_SIZE = 64
"""Challenge c (32) || response s (32)."""

_POINT_LENGTH = group.SIZE.to_bytes(2, "big")


def prove(
    suite: Suite, secret: Scalar, bases: Sequence[Point], images: Sequence[Point], nonce: Scalar
) -> bytes:
    """`GenerateProof` against the generator: `images[i] = secret · bases[i]` under the key `secret · G`.

    `nonce` must be fresh, secret and uniform: a proof with a known or repeated one gives `secret` away.
    """
    public = group.multiply_base(secret)
    base = _combine(_weights(suite, public, bases, images), bases)
    # ComputeCompositesFast: whoever knows the secret has the second sum from the first.
    image = group.multiply(secret, base)
    challenge = _challenge(
        suite, (public, base, image, group.multiply_base(nonce), group.multiply(nonce, base))
    )
    return challenge + group.scalar_subtract(nonce, group.scalar_multiply(challenge, secret))


def verify(
    suite: Suite, public: Point, bases: Sequence[Point], images: Sequence[Point], proof: bytes
) -> None:
    """`VerifyProof`; raises `ProofInvalid`, or what is wrong with a scalar, a point or the batch."""
    require_length("proof", proof, PROOF_SIZE)
    challenge = group.decode_scalar(proof[: group.SIZE], "challenge of the proof")
    response = group.decode_scalar(proof[group.SIZE :], "response of the proof")
    weights = _weights(suite, public, bases, images)
    base = _combine(weights, bases)
    image = _combine(weights, images)
    on_generator = group.add(group.multiply_base(response), group.multiply(challenge, public))
    on_base = group.add(group.multiply(response, base), group.multiply(challenge, image))
    expected = _challenge(suite, (public, base, image, on_generator, on_base))
    if not hmac.compare_digest(challenge, expected):
        raise ProofInvalid("The proof does not hold for these elements, in this order, under this key.")


def check_size(count: int) -> None:
    """Refuse a batch that has no proof because of its size."""
    if count == 0:
        raise EmptyBatch("A batch without elements cannot be evaluated or proven.")
    if count > MAX_LENGTH:
        raise BatchTooLong(f"A batch of {count} elements; at most {MAX_LENGTH} are possible.")


def _weights(suite: Suite, public: Point, bases: Sequence[Point], images: Sequence[Point]) -> list[Scalar]:
    """The coefficients of `ComputeComposites`; each depends on the key and on its own pair."""
    check_size(len(bases))
    if len(bases) != len(images):
        raise BatchLengthsDiffer(f"{len(bases)} elements were asked, {len(images)} are answered.")
    tag = suite.seed_tag
    seed = hashlib.sha512(_POINT_LENGTH + public + len(tag).to_bytes(2, "big") + tag).digest()
    start = len(seed).to_bytes(2, "big") + seed
    return [
        suite.hash_to_scalar(
            b"".join(
                (start, index.to_bytes(2, "big"), _POINT_LENGTH, base, _POINT_LENGTH, image, b"Composite")
            )
        )
        for index, (base, image) in enumerate(zip(bases, images, strict=True))
    ]


def _combine(weights: Iterable[Scalar], points: Iterable[Point]) -> Point:
    """The sum of `weights[i] · points[i]`."""
    return reduce(group.add, map(group.multiply, weights, points))


def _challenge(suite: Suite, points: Iterable[Point]) -> Scalar:
    transcript = b"".join(_POINT_LENGTH + point for point in points)
    return suite.hash_to_scalar(transcript + b"Challenge")
