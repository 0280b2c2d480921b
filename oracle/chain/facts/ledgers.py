"""Facts of the registry of datasets and of the ledgers of queries, credits and quality."""

from dataclasses import dataclass

from oracle.chain.facts.placed import Placed
from oracle.domain.ids import BatchId, Credits, KeyVersion, MemberId, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Placed):
    member_id: MemberId
    sequence: Sequence
    root: bytes
    bits: int
    oprf_key_version: KeyVersion
    changed: int
    """Records that the holder declares as changed since its publication before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(Placed):
    batch_id: BatchId
    requester: MemberId
    count: int
    deadline: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetOpened(Placed):
    """The member's limit in this epoch is its entitlement."""

    member_id: MemberId
    epoch: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored(Placed):
    requester: MemberId
    root: bytes
    batches: int
    elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Placed):
    """An express request that `reporter` knows no anchor of."""

    requester: MemberId
    batch_id: BatchId
    reporter: MemberId
    count: int
    answerable_until: int
    """Unix seconds."""
    appeal_by: int
    """Unix seconds; until then a vote can overturn what nobody answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClosed(Placed):
    requester: MemberId
    batch_id: BatchId
    state: int
    """2 needless, 3 answered late, 4 breached, 5 overturned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceReuseProven(Placed):
    requester: MemberId
    nonce: int
    batch_id: BatchId
    other_batch_id: BatchId


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted(Placed):
    member_id: MemberId
    amount: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceClaimed(Placed):
    """`expired` is what was unspent of the allowance before."""

    member_id: MemberId
    epoch: int
    amount: Credits
    expired: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Escrowed(Placed):
    dispute_id: bytes
    payer: MemberId
    payee: MemberId
    amount: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Placed):
    dispute_id: bytes
    winner: MemberId
    amount: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack(Placed):
    """To the payer: nobody decided the dispute, so it is owed by voucher as before."""

    dispute_id: bytes
    amount: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalized(Placed):
    member_id: MemberId
    amount: Credits
    ref: bytes
    """What it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebated(Placed):
    """What rating hits earned the requester back from their holder."""

    requester: MemberId
    holder: MemberId
    amount: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed(Placed):
    """`queries`, `hits` and `amount` are the voucher's totals; `paid` is what moved now."""

    requester: MemberId
    holder: MemberId
    queries: int
    hits: int
    amount: Credits
    paid: Credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Placed):
    requester: MemberId
    holder: MemberId
    category: int
    confirmed: int
    refuted: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessNoted(Placed):
    member_id: MemberId
    counted: int
    """Records of one publication that feed freshness."""
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Breached(Placed):
    member_id: MemberId
    kind: int
    ref: bytes
    """What the breach was found in."""
    epoch: int
