"""Proof that whoever publishes an OPRF key knows its secret, bound to a context such as one registration."""

from oracle.crypto import dleq, group
from oracle.crypto.errors import PossessionInvalid, ProofInvalid, require_length
from oracle.crypto.suite import POSSESSION, VOPRF

POSSESSION_SIZE = group.SIZE + dleq.PROOF_SIZE
"""Z (32) || c (32) || s (32)."""

_PREFIX = b"riskmesh/1/oprf-possession"


def prove_possession(secret: bytes, context: bytes) -> bytes:
    """`Z = k · H(prefix || context)` with the proof that `Z` and the public key share their logarithm."""
    key = group.decode_scalar(secret, "OPRF key")
    base = VOPRF.hash_to_group(_PREFIX + context)
    image = group.multiply(key, base)
    return image + dleq.prove(POSSESSION, key, (base,), (image,), group.random_scalar())


def verify_possession(public: bytes, context: bytes, possession: bytes) -> None:
    """Raises `PossessionInvalid` unless the owner of `public` made this for this very context."""
    require_length("proof of possession", possession, POSSESSION_SIZE)
    key = group.decode_point(public, "OPRF public key")
    image = group.decode_point(possession[: group.SIZE], "point of the proof of possession")
    base = VOPRF.hash_to_group(_PREFIX + context)
    try:
        dleq.verify(POSSESSION, key, (base,), (image,), possession[group.SIZE :])
    except ProofInvalid as invalid:
        raise PossessionInvalid(
            "The proof of possession does not hold for this OPRF key in this context."
        ) from invalid
