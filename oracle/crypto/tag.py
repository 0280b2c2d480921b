"""Tags: what an OPRF output looks like in one holder's index under one version of its key."""

import hmac

from oracle.crypto.errors import require_length
from oracle.crypto.voprf import OUTPUT_SIZE
from oracle.domain.ids import KeyVersion, MemberId, Tag

TAG_SIZE = 16

_NO_SALT = bytes(32)
_INFO = b"riskmesh/1/tag"


def tag(output: bytes, holder: MemberId, key_version: KeyVersion) -> Tag:
    """`HKDF-SHA256(output, salt = "", info = prefix || uint64 holder || uint32 version)[:16]` (RFC 5869)."""
    require_length("OPRF output", output, OUTPUT_SIZE)
    info = _INFO + holder.to_bytes(8, "big") + key_version.to_bytes(4, "big")
    extracted = hmac.digest(_NO_SALT, output, "sha256")
    return Tag(hmac.digest(extracted, info + b"\x01", "sha256")[:TAG_SIZE])
