"""Tags: what an OPRF output looks like in one holder's index under one version of its key."""

import hmac
from collections.abc import Sequence

from oracle.crypto.errors import require_length
from oracle.crypto.voprf import OUTPUT_SIZE
from oracle.domain.ids import KeyVersion, MemberId, Tag

TAG_SIZE = 16

_NO_SALT = bytes(32)
_INFO = b"riskmesh/1/tag"


def tag(output: bytes, holder: MemberId, key_version: KeyVersion) -> Tag:
    """`HKDF-SHA256(output, salt = "", info = prefix || uint64 holder || uint32 version)[:16]` (RFC 5869)."""
    return tags((output,), holder, key_version)[0]


def tags(outputs: Sequence[bytes], holder: MemberId, key_version: KeyVersion) -> list[Tag]:
    """As `tag` for each output."""
    for output in outputs:
        require_length("OPRF output", output, OUTPUT_SIZE)
    expanded = _INFO + holder.to_bytes(8, "big") + key_version.to_bytes(4, "big") + b"\x01"
    digest = hmac.digest
    return [
        Tag(digest(digest(_NO_SALT, output, "sha256"), expanded, "sha256")[:TAG_SIZE]) for output in outputs
    ]
