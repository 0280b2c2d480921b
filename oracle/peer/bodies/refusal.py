"""The body of a refusal: a code of the published list and a sentence for people."""

from oracle.domain.settlement import Refusal
from oracle.peer import cbor
from oracle.peer.bodies.fields import SALT_KEY, U16, read_body, read_salt, read_text, read_uint
from oracle.peer.frames import frame

_REASON, _DETAIL = 1, 2
MAX_DETAIL = 200


def encode_refusal(refusal: Refusal, *, salt: bytes) -> bytes:
    return frame(cbor.encode({SALT_KEY: salt, _REASON: refusal.reason, _DETAIL: refusal.detail[:MAX_DETAIL]}))


def decode_refusal(framed: bytes) -> Refusal:
    """A reason that is not on our list is kept as its number: the sender may know a later list."""
    salt, reason, detail = read_body(framed, SALT_KEY, _REASON, _DETAIL)
    read_salt(salt)
    return Refusal(
        reason=read_uint(reason, "the reason", bits=U16, least=1),
        detail=read_text(detail, "the detail", most=MAX_DETAIL),
    )
