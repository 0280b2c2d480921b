"""What the accused of a dispute hands to the auditors: what it kept of the claim, the reply and its answer.

Not sent between members: sealed to each auditor by itself. The salt keeps the digest on the chain from
telling anything of the content.
"""

from dataclasses import dataclass, field

from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.query import MAX_BATCH
from oracle.peer import cbor
from oracle.peer.bodies.fields import HASH_SIZE, SALT_KEY, U32, U64, read_bytes, read_salt, read_uint
from oracle.peer.errors import BodyFieldType, BodyFieldUnknown
from oracle.peer.frames import LARGEST_FRAME

VERSION = 1
INFO_PREFIX = b"riskmesh/1/case"
_VERSION, _CASE, _REQUESTER, _BATCH, _INDEX, _REQUEST, _HEAD, _RECEIPT, _DISCLOSURES = range(1, 10)
_KEYS = frozenset(range(10))
_SMALL = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswerBody:
    """Empty bytes stand for what the accused never had."""

    case_id: bytes
    requester: MemberId
    batch_id: BatchId
    index: int
    """Of the claimed element in its batch."""
    request: bytes = field(repr=False)
    """The signed request, as statements are encoded."""
    head: bytes = field(repr=False)
    """The signed reply head."""
    receipt_digest: bytes
    """keccak256 of the receipt's statement and frame that was taken."""
    disclosures: bytes = field(repr=False)
    """The frame that answered it, without the zeros at its end: record, salt, digests, signatures."""


def encode_case_answer(body: CaseAnswerBody, *, salt: bytes) -> bytes:
    return cbor.encode(
        {
            SALT_KEY: salt,
            _VERSION: VERSION,
            _CASE: body.case_id,
            _REQUESTER: body.requester,
            _BATCH: body.batch_id,
            _INDEX: body.index,
            _REQUEST: body.request,
            _HEAD: body.head,
            _RECEIPT: body.receipt_digest,
            _DISCLOSURES: body.disclosures,
        }
    )


def decode_case_answer(content: bytes) -> CaseAnswerBody:
    value = cbor.decode(content)
    if not isinstance(value, dict):
        raise BodyFieldType("a case answer is a map")
    if set(value) != _KEYS:
        raise BodyFieldUnknown("a case answer has exactly the fields of its version")
    read_salt(value[SALT_KEY])
    read_uint(value[_VERSION], "the version", bits=U32, least=VERSION, most=VERSION)
    return CaseAnswerBody(
        case_id=read_bytes(value[_CASE], "the case", exactly=HASH_SIZE),
        requester=MemberId(read_uint(value[_REQUESTER], "the requester", bits=U64, least=1)),
        batch_id=BatchId(read_bytes(value[_BATCH], "the batch", most=HASH_SIZE)),
        index=read_uint(value[_INDEX], "the index", bits=U32, most=MAX_BATCH - 1),
        request=read_bytes(value[_REQUEST], "the request", most=_SMALL),
        head=read_bytes(value[_HEAD], "the reply head", most=_SMALL),
        receipt_digest=read_bytes(value[_RECEIPT], "the receipt's digest", most=HASH_SIZE),
        disclosures=read_bytes(value[_DISCLOSURES], "the disclosures", most=LARGEST_FRAME),
    )


def case_answer_digest(content: bytes) -> bytes:
    """What goes on the chain."""
    return keccak256(content)


def case_answer_info(case_id: bytes, auditor: Address) -> bytes:
    """What a seal to this auditor is bound to."""
    return INFO_PREFIX + case_id + bytes.fromhex(auditor.removeprefix("0x"))
