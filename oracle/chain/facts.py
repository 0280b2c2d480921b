"""Facts: what the contracts said happened, one value an event, each with its place on the chain."""

from dataclasses import dataclass
from typing import Final

from oracle.domain.ids import Address, BatchId, BlockNumber, Credits, KeyVersion, MemberId, Sequence


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """Where a fact stands. Facts are ordered by block number and log index."""

    block_number: BlockNumber
    log_index: int
    block_hash: bytes
    block_timestamp: int
    """Unix seconds."""
    tx_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What all facts have."""

    at: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDeclared(Placed):
    key: bytes
    name: str
    min: int
    max: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet(Placed):
    key: bytes
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesSet(Placed):
    version: int
    query_fee: Credits
    hit_fee: Credits
    from_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochLengthSet(Placed):
    from_epoch: int
    start: int
    """Unix seconds at which that epoch begins."""
    length_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdmitted(Placed):
    member_id: MemberId
    governance: Address
    operator: Address
    activates_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberActivated(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSuspended(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSuspendedInEmergency(Placed):
    member_id: MemberId
    until: int
    """Unix seconds; standing comes back then by itself."""
    again_from: int
    """Unix seconds before which there is no other emergency suspension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReinstated(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberExpelled(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Placed):
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceReplaced(Placed):
    member_id: MemberId
    governance: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRotated(Placed):
    member_id: MemberId
    version: KeyVersion
    operator: Address
    previous_until: int = 0
    """Unix seconds before which the version before still counts; 0 for the first version, here and below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKeyRotated(Placed):
    member_id: MemberId
    version: KeyVersion
    suite: int
    key: bytes
    previous_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OprfKeyRotated(Placed):
    member_id: MemberId
    version: KeyVersion
    key: bytes
    possession: bytes
    previous_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSet(Placed):
    member_id: MemberId
    endpoint: str
    tls_fingerprint: bytes
    """SHA-256 of the certificate."""
    certificate: bytes
    """DER."""
    previous_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSet(Placed):
    member_id: MemberId
    profile_hash: bytes


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
class Penalized(Placed):
    member_id: MemberId
    amount: Credits
    ref: bytes
    """What it is for."""


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
    counted_confirmed: int
    """What the caps let through, in thousandths of a rating."""
    counted_refuted: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCreated(Placed):
    proposal_id: int
    proposer: Address
    targets: tuple[Address, ...]
    values: tuple[int, ...]
    signatures: tuple[str, ...]
    calldatas: tuple[bytes, ...]
    vote_start: int
    vote_end: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(Placed):
    voter: Address
    proposal_id: int
    support: int
    """0 against, 1 for, 2 abstain."""
    weight: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalQueued(Placed):
    proposal_id: int
    eta_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalExecuted(Placed):
    proposal_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCanceled(Placed):
    proposal_id: int


ParameterFact = ParameterDeclared | ParameterSet | PricesSet | EpochLengthSet
StatusFact = MemberActivated | MemberSuspended | MemberReinstated | MemberExpelled | MemberLeft
KeyFact = GovernanceReplaced | OperatorRotated | SealingKeyRotated | OprfKeyRotated | EndpointSet | ProfileSet
MemberFact = MemberAdmitted | StatusFact | MemberSuspendedInEmergency | KeyFact
DataFact = Published
QueryFact = Committed
QualityFact = Rated | FreshnessNoted | Breached
AccountFact = Granted | AllowanceClaimed | Redeemed | Escrowed | Released | Penalized
ProposalFact = ProposalCreated | VoteCast | ProposalQueued | ProposalExecuted | ProposalCanceled
Fact = ParameterFact | MemberFact | DataFact | QueryFact | AccountFact | QualityFact | ProposalFact

FACTS_OF_CONTRACT: Final[dict[str, tuple[type[Fact], ...]]] = {
    "ProtocolParameters": (ParameterDeclared, ParameterSet, PricesSet, EpochLengthSet),
    "MemberRegistry": (
        MemberAdmitted,
        MemberActivated,
        MemberSuspended,
        MemberSuspendedInEmergency,
        MemberReinstated,
        MemberExpelled,
        MemberLeft,
        GovernanceReplaced,
        OperatorRotated,
        SealingKeyRotated,
        OprfKeyRotated,
        EndpointSet,
        ProfileSet,
    ),
    "ConsortiumGovernor": (ProposalCreated, VoteCast, ProposalQueued, ProposalExecuted, ProposalCanceled),
    "DatasetRegistry": (Published,),
    "QueryLedger": (Committed,),
    "CreditLedger": (Granted, AllowanceClaimed, Redeemed, Escrowed, Released, Penalized),
    "QualityLedger": (Rated, FreshnessNoted, Breached),
}
"""Events that become facts, each named as its contract names it; all others are nobody's business here."""
