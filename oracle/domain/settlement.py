"""What follows a reply: receipts with claims and vouchers, disclosures, and published reasons for a no."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, Self, TypeVar

from oracle.domain.ids import BatchId, Credits, MemberId
from oracle.domain.messages import Claim, Outcome, Voucher

Value = TypeVar("Value")


class RefusalReason(IntEnum):
    """Codes of the published list, version 1: append only, never reused; 0 means that nothing is refused."""

    # A request is not answered.
    NOT_IN_STANDING = 1
    NOT_COMMITTED = 2
    COUNT_DIFFERS = 3
    DEADLINE_DIFFERS = 4
    DEADLINE_PASSED = 5
    ELEMENTS_DIFFER = 6
    BAD_SIGNATURE = 7
    PREFIX_NOT_GOVERNED = 8
    NOT_READY = 9
    BUDGET_EXCEEDED = 10
    EXPOSURE_EXCEEDED = 11
    RECEIPT_OUTSTANDING = 12
    PURPOSE_UNKNOWN = 13
    ELEMENT_INVALID = 14
    REPLY_TOO_LARGE = 15
    MODE_NOT_SERVED = 16
    REFERENCE_TOO_OLD = 17
    NONCE_REUSED = 18
    TIMES_NOT_ALLOWED = 19

    # A claim is not served.
    CLAIM_BLIND_WRONG = 32
    CLAIM_PREFIX_WRONG = 33
    CLAIM_INDEX_WRONG = 34
    CLAIM_NOT_FOUND = 35
    CLAIM_SIGNATURE_WRONG = 36
    CLAIM_REPEATED = 37
    CLAIM_WINDOW_CLOSED = 38

    # A voucher is not accepted.
    VOUCHER_NOT_COVERING = 64
    VOUCHER_NOT_COMPARABLE = 65
    VOUCHER_BAD = 66
    VOUCHER_MISSING = 67

    # A reply is no answer.
    REPLY_HEAD_WRONG = 96
    REPLY_SNAPSHOT_WRONG = 97
    REPLY_PATH_WRONG = 98
    REPLY_ORDER_WRONG = 99
    REPLY_PROOF_WRONG = 100
    REPLY_MALFORMED = 101
    REPLY_LATE = 102
    JOURNAL_LOST = 103

    # A message is not understood.
    MALFORMED = 128
    UNKNOWN_BATCH = 129
    RECEIPT_DIFFERS = 130


def reason_name(code: int) -> str:
    """A short list of words, whatever number a peer sends: its own numbers are `other`."""
    return RefusalReason(code).name.lower() if code in set(RefusalReason) else "other"


class ServedStatus(IntEnum):
    """What became of one claim."""

    SERVED = 1
    WITHDRAWN = 2
    """The record was erased after its snapshot; its fee is waived."""
    REFUSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Generic[Value]):
    """A statement with its signature, 65 bytes `r || s || v`, over the statement's EIP-712 digest."""

    value: Value
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedTotals:
    """What a holder has accepted of one requester so far; the next voucher must cover it."""

    queries: int
    hits: int
    amount: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptClaim:
    """One opened element of a receipt, without the batch and holder that the message names already."""

    index: int
    subject: bytes = field(repr=False)
    """`subject_bytes`, at most 300."""
    blind: bytes = field(repr=False)
    """The scalar r, 32 bytes."""
    signature: bytes
    """65 bytes over the `Claim`."""

    def claim(self, *, batch_id: BatchId, holder: MemberId) -> Claim:
        """The whole statement that `signature` covers."""
        return Claim(
            batch_id=batch_id, holder=holder, index=self.index, subject=self.subject, blind=self.blind
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptBody:
    """What a requester sends with its verdict: claims in ascending index, and the voucher that covers all."""

    claims: tuple[ReceiptClaim, ...]
    voucher: Signed[Voucher] | None
    """None only while nothing was ever owed to this holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategorySignature:
    """A holder's signature, 65 bytes, over the `Disclosure` of one category; a rating cites it."""

    category: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRecord:
    """The answer to one claim. Only a served one carries a record, its salt, digests and signatures."""

    index: int
    status: ServedStatus
    reason: int
    """0 when served or withdrawn, else a `RefusalReason`."""
    record_frame: bytes = field(default=b"", repr=False)
    """1,024 bytes."""
    salt: bytes = field(default=b"", repr=False)
    """16 bytes; record digest = SHA-256(salt || record frame)."""
    digests: tuple[bytes, ...] = ()
    """All record digests of the subject's bucket, in the order of its tags, 32 bytes each."""
    signatures: tuple[CategorySignature, ...] = ()
    """In ascending category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosuresBody:
    """A holder's answer to a receipt: whether it accepts it, and what became of each claim."""

    outcome: Outcome
    reason: int
    """0 when accepted, else a `RefusalReason`."""
    records: tuple[ServedRecord, ...]
    """In ascending index."""
    accepted: AcceptedTotals

    @property
    def served(self) -> frozenset[int]:
        """Elements that it says it discloses the record of."""
        return frozenset(one.index for one in self.records if one.status is ServedStatus.SERVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherStateRequest:
    """Asks a holder for the newest voucher it holds; the answer repeats the nonce."""

    nonce: bytes
    """Random, 16 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherState:
    """How a requester restored from an old backup finds its base: it adopts what bears its own signature."""

    nonce: bytes
    voucher: Signed[Voucher] | None
    accepted: AcceptedTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A no with its reason; `detail` is for people, at most 200 characters, never a secret or a subject."""

    reason: int
    """A `RefusalReason`, or a code of a later list."""
    detail: str

    @classmethod
    def because(cls, reason: RefusalReason) -> Self:
        """With the reason's own name as the sentence."""
        return cls(reason=reason, detail=reason.name.replace("_", " ").lower())
