"""The consortium as one member sees it: who belongs to it, what is proposed, how to vote."""

from dataclasses import dataclass
from enum import StrEnum

from oracle.domain.reports.incentives import Temptation


class MemberStatus(StrEnum):
    """A member's status in the registry."""

    ADMITTED = "admitted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"
    EXPELLED = "expelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """One member of the consortium."""

    member_id: int
    name: str
    """As this institution knows the member; empty when it has no name for it."""
    status: MemberStatus
    is_self: bool
    governance: str
    """Address of the governance account."""
    operator: str
    """Address of the operator key."""
    endpoint: str
    score_bps: int
    """The quality score that its hit price follows, 0 to 10,000."""
    hit_price: int
    """Credits a hit costs now."""
    sequence: int | None = None
    """Of its last published snapshot; None before the first."""


class ProposalState(StrEnum):
    """The governor's state of a proposal."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELED = "canceled"
    DEFEATED = "defeated"
    SUCCEEDED = "succeeded"
    QUEUED = "queued"
    EXPIRED = "expired"
    EXECUTED = "executed"


class Support(StrEnum):
    """A vote."""

    AGAINST = "against"
    FOR = "for"
    ABSTAIN = "abstain"

    @property
    def code(self) -> int:
        """The `support` value of OpenZeppelin's GovernorCountingSimple."""
        return {"against": 0, "for": 1, "abstain": 2}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """One proposal and where it stands."""

    proposal_id: str
    """The governor's number, in decimal."""
    title: str
    state: ProposalState
    proposer: str
    """Address of the account that proposed."""
    votes_for: int
    votes_against: int
    votes_abstain: int
    quorum: int
    """Votes (for and abstain) that are needed at least."""
    voting_starts_at: int
    """Unix seconds."""
    voting_ends_at: int
    """Unix seconds."""
    executable_at: int | None = None
    """Unix seconds; None until queued in the timelock."""
    own_vote: Support | None = None
    """This member's vote when it has been seen on the chain."""
    temptations: tuple[Temptation, ...] = ()
    """Cheats that cost no more than they save once it is carried out, all else as in force; none where it
    sets nothing that decides about them, or is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotForm:
    """What a governance account signs to vote: the governor's EIP-712 `Ballot` and its domain."""

    governor_name: str
    governor_version: str
    chain_id: int
    verifying_contract: str
    """Address of the governor."""
    proposal_id: str
    """In decimal."""
    support: Support
    voter: str
    """Address of the governance account."""
    nonce: int
    """The governor's next nonce of the voter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBallot:
    """A vote signed by a governance account, wherever its key is; anyone may submit it."""

    proposal_id: str
    support: Support
    voter: str
    signature: bytes
    """65 bytes r || s || v; a contract account has its own form."""
