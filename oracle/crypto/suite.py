"""The ciphersuite ristretto255-SHA512 of RFC 9497 section 4.1: its hashes, each in a domain of its own."""

import hashlib
from collections.abc import Callable

from oracle.crypto import group
from oracle.crypto.errors import InputTooLong, ScalarIsZero, require_length
from oracle.crypto.group import Point, Scalar

SEED_SIZE = 32
MAX_LENGTH = 0xFFFF
"""Longest input and largest batch: their lengths travel as two bytes (I2OSP(n, 2))."""

_BLOCK_OF_ZEROS = hashlib.sha512(bytes(128))
"""State after `Z_pad`, one input block of SHA-512."""


class Suite:
    """The hashes of one protocol context; two contexts share no output."""

    __slots__ = ("_derive", "_to_group", "_to_scalar", "seed_tag")

    def __init__(self, context: bytes) -> None:
        self._to_group = _expander(b"HashToGroup-" + context)
        self._to_scalar = _expander(b"HashToScalar-" + context)
        self._derive = _expander(b"DeriveKeyPair" + context)
        self.seed_tag = b"Seed-" + context

    def hash_to_group(self, message: bytes) -> Point:
        return group.from_uniform(self._to_group(message))

    def hash_to_scalar(self, message: bytes) -> Scalar:
        return group.reduce_wide(self._to_scalar(message))

    def derive_secret(self, seed: bytes, info: bytes) -> Scalar:
        """`DeriveKeyPair` of RFC 9497 section 3.2.1: the secret for a seed of 32 bytes."""
        require_length("seed", seed, SEED_SIZE)
        start = seed + framed(info, "info")
        for counter in range(256):
            secret = group.reduce_wide(self._derive(start + bytes((counter,))))
            if any(secret):
                return secret
        raise ScalarIsZero("No secret can be derived from this seed.")


def framed(value: bytes, what: str = "input") -> bytes:
    """`I2OSP(len(value), 2) || value`."""
    if len(value) > MAX_LENGTH:
        raise InputTooLong(f"The {what} has {len(value)} bytes; at most {MAX_LENGTH} are possible.")
    return len(value).to_bytes(2, "big") + value


def _expander(tag: bytes) -> Callable[[bytes], bytes]:
    """`expand_message_xmd` of RFC 9380 section 5.3.1, SHA-512, for this tag and 64 bytes: a single block."""
    tag_prime = tag + bytes((len(tag),))
    closing = group.UNIFORM_SIZE.to_bytes(2, "big") + b"\x00" + tag_prime
    first_block = b"\x01" + tag_prime

    def expand(message: bytes) -> bytes:
        inner = _BLOCK_OF_ZEROS.copy()
        inner.update(message + closing)
        return hashlib.sha512(inner.digest() + first_block).digest()

    return expand


_NAME = b"-ristretto255-SHA512"

OPRF = Suite(b"OPRFV1-\x00" + _NAME)
"""Mode 0, without proofs: kept for the RFC's test vectors."""
VOPRF = Suite(b"OPRFV1-\x01" + _NAME)
"""Mode 1, verifiable: the one that members speak."""
POSSESSION = Suite(b"riskmesh/1/oprf-possession" + _NAME)
"""Proofs of possession. Not the context of VOPRF, or any member could have a holder evaluate the point in
question and pass off the proof that comes with it as its own."""
