"""The paths between members, as server and client both use them."""

import re
from typing import Final

from oracle.domain.ids import BatchId
from oracle.peer.errors import UnknownBatch

CONTENT_TYPE: Final = "application/octet-stream"
ENVELOPES: Final = "/peer/v1/envelopes"
REPLIES: Final = "/peer/v1/replies"
RECEIPTS: Final = "/peer/v1/receipts"
VOUCHER_STATE: Final = "/peer/v1/voucher-state"
EXPRESS: Final = "/peer/v1/express"
ANCHOR_PROOFS: Final = "/peer/v1/anchor-proofs"
OPENINGS: Final = "/peer/v1/openings"
DECOYS: Final = "/peer/v1/decoys"
RECALLS: Final = "/peer/v1/recalls"
VERSION: Final = "/peer/v1/version"

_BATCH_ID: Final = re.compile("[0-9a-f]{64}")


def envelope_path(batch_id: BatchId) -> str:
    return f"{ENVELOPES}/{batch_id.hex()}"


def anchor_proof_path(batch_id: BatchId) -> str:
    return f"{ANCHOR_PROOFS}/{batch_id.hex()}"


def parse_batch_id(text: str) -> BatchId:
    """64 lower-case hexadecimal digits; anything else names no batch."""
    if _BATCH_ID.fullmatch(text) is None:
        raise UnknownBatch("a batch is named by 64 lower-case hexadecimal digits")
    return BatchId(bytes.fromhex(text))
