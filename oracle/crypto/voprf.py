"""VOPRF(ristretto255, SHA-512) of RFC 9497, verifiable mode: blind, evaluate, verify, finalize."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from oracle.crypto import dleq, group
from oracle.crypto.errors import BatchLengthsDiffer
from oracle.crypto.group import Point, Scalar
from oracle.crypto.suite import VOPRF, Suite, framed

ELEMENT_SIZE = group.SIZE
OUTPUT_SIZE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Blinded:
    """`element = scalar · H(input)`; the scalar is secret until its element is claimed or audited."""

    element: bytes
    scalar: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    secret: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`k · B` for each element in order, and one proof over all of them."""

    elements: tuple[bytes, ...]
    proof: bytes


def generate_key() -> bytes:
    """A fresh secret key, 32 bytes."""
    return group.random_scalar()


def derive_key_pair(seed: bytes, info: bytes, *, suite: Suite = VOPRF) -> KeyPair:
    """`DeriveKeyPair` (section 3.2.1) from a seed of 32 bytes and public information."""
    secret = suite.derive_secret(seed, info)
    return KeyPair(secret=secret, public=group.multiply_base(secret))


def public_key(secret: bytes) -> bytes:
    return group.multiply_base(group.decode_scalar(secret, "OPRF key"))


def hash_to_group(message: bytes) -> bytes:
    return VOPRF.hash_to_group(message)


def blind(message: bytes, *, scalar: bytes | None = None, suite: Suite = VOPRF) -> Blinded:
    """`Blind` (section 3.3.1). A scalar is given only to repeat a known blinding."""
    framed(message)
    chosen = group.random_scalar() if scalar is None else group.decode_scalar(scalar, "blinding scalar")
    return Blinded(element=group.multiply(chosen, suite.hash_to_group(message)), scalar=chosen)


def reblind_check(message: bytes, scalar: bytes, element: bytes) -> bool:
    """Whether (`message`, `scalar`) opens `element`, compared in constant time; raises on a bad scalar."""
    return hmac.compare_digest(blind(message, scalar=scalar).element, element)


def evaluate_batch(
    secret: bytes, elements: Sequence[bytes], *, proof_scalar: bytes | None = None
) -> Evaluation:
    """`BlindEvaluate` (section 3.3.2). `proof_scalar` is given by test vectors only."""
    dleq.check_size(len(elements))
    key = group.decode_scalar(secret, "OPRF key")
    blinded = _points(elements, "blinded element")
    evaluated = [group.multiply(key, element) for element in blinded]
    nonce = group.random_scalar() if proof_scalar is None else group.decode_scalar(proof_scalar, "nonce")
    return Evaluation(elements=tuple(evaluated), proof=dleq.prove(VOPRF, key, blinded, evaluated, nonce))


def verify_batch(public: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes], proof: bytes) -> None:
    """Check that every element was evaluated, in order, with the key behind `public`; raises if not."""
    dleq.verify(
        VOPRF,
        group.decode_point(public, "OPRF public key"),
        _points(blinded, "blinded element"),
        _points(evaluated, "evaluated element"),
        proof,
    )


def finalize(message: bytes, scalar: bytes, evaluated: bytes) -> bytes:
    """The output y, 64 bytes, of an element that `verify_batch` has accepted."""
    return finalize_batch((message,), (scalar,), (evaluated,))[0]


def finalize_batch(
    messages: Sequence[bytes], scalars: Sequence[bytes], evaluated: Sequence[bytes]
) -> list[bytes]:
    """As `finalize`, with one inversion for all scalars: far quicker than one by one."""
    if not len(messages) == len(scalars) == len(evaluated):
        raise BatchLengthsDiffer("Inputs, blinding scalars and evaluated elements differ in number.")
    inverses = group.invert_all([group.decode_scalar(scalar, "blinding scalar") for scalar in scalars])
    points = _points(evaluated, "evaluated element")
    return [
        _output(message, group.multiply(inverse, point))
        for message, inverse, point in zip(messages, inverses, points, strict=True)
    ]


def evaluate_own(secret: bytes, message: bytes) -> bytes:
    """`Evaluate` (section 3.3.1): the output y for an input that the key's owner knows itself."""
    return evaluate_own_batch(secret, (message,))[0]


def evaluate_own_batch(secret: bytes, messages: Sequence[bytes], *, suite: Suite = VOPRF) -> list[bytes]:
    """As `evaluate_own` for many inputs: how a holder indexes its records."""
    key: Scalar = group.decode_scalar(secret, "OPRF key")
    return [_output(message, group.multiply(key, suite.hash_to_group(message))) for message in messages]


def _points(encoded: Sequence[bytes], what: str) -> list[Point]:
    return [group.decode_point(element, what) for element in encoded]


def _output(message: bytes, unblinded: Point) -> bytes:
    return hashlib.sha512(framed(message) + framed(unblinded) + b"Finalize").digest()
