"""Facts: what the contracts said happened, one value an event, each with its place on the chain."""

from typing import Final

from oracle.chain.facts.audits import AUDIT_FACTS, AuditFact, OfAudits
from oracle.chain.facts.ledgers import (
    AllowanceClaimed,
    Anchored,
    Breached,
    BudgetOpened,
    Committed,
    Escrowed,
    FreshnessNoted,
    GivenBack,
    Granted,
    NonceReuseProven,
    Penalized,
    Published,
    Rated,
    Rebated,
    Redeemed,
    Released,
    ReportClosed,
    Reported,
)
from oracle.chain.facts.members import (
    EndpointSet,
    GovernanceReplaced,
    MemberActivated,
    MemberAdmitted,
    MemberExpelled,
    MemberLeft,
    MemberReinstated,
    MemberSuspended,
    MemberSuspendedInEmergency,
    OperatorRotated,
    OprfKeyRotated,
    ProfileSet,
    SealingKeyRotated,
)
from oracle.chain.facts.parameters import (
    EpochLengthSet,
    ParameterDeclared,
    ParameterSet,
    PricesSet,
)
from oracle.chain.facts.placed import (
    Placed,
    Position,
)
from oracle.chain.facts.proposals import (
    ProposalCanceled,
    ProposalCreated,
    ProposalExecuted,
    ProposalQueued,
    VoteCast,
)

ParameterFact = ParameterDeclared | ParameterSet | PricesSet | EpochLengthSet
StatusFact = MemberActivated | MemberSuspended | MemberReinstated | MemberExpelled | MemberLeft
KeyFact = GovernanceReplaced | OperatorRotated | SealingKeyRotated | OprfKeyRotated | EndpointSet | ProfileSet
MemberFact = MemberAdmitted | StatusFact | MemberSuspendedInEmergency | KeyFact
DataFact = Published
AnchorFact = Anchored | Reported | ReportClosed | NonceReuseProven
QueryFact = Committed | BudgetOpened | AnchorFact
QualityFact = Rated | FreshnessNoted | Breached
AccountFact = Granted | AllowanceClaimed | Redeemed | Escrowed | Released | GivenBack | Rebated | Penalized
ProposalFact = ProposalCreated | VoteCast | ProposalQueued | ProposalExecuted | ProposalCanceled
Fact = (
    ParameterFact | MemberFact | DataFact | QueryFact | AccountFact | QualityFact | AuditFact | ProposalFact
)

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
    "QueryLedger": (Committed, BudgetOpened, Anchored, Reported, ReportClosed),
    "CreditLedger": (Granted, AllowanceClaimed, Redeemed, Escrowed, Released, GivenBack, Rebated, Penalized),
    "QualityLedger": (Rated, FreshnessNoted, Breached),
    "AuditLedger": (*AUDIT_FACTS, NonceReuseProven),
}
"""Events that become facts, each named as its contract names it; all others are nobody's business here."""

__all__ = [
    "FACTS_OF_CONTRACT",
    "AccountFact",
    "AllowanceClaimed",
    "AnchorFact",
    "Anchored",
    "AuditFact",
    "Breached",
    "BudgetOpened",
    "Committed",
    "DataFact",
    "EndpointSet",
    "EpochLengthSet",
    "Escrowed",
    "Fact",
    "FreshnessNoted",
    "GivenBack",
    "GovernanceReplaced",
    "Granted",
    "KeyFact",
    "MemberActivated",
    "MemberAdmitted",
    "MemberExpelled",
    "MemberFact",
    "MemberLeft",
    "MemberReinstated",
    "MemberSuspended",
    "MemberSuspendedInEmergency",
    "NonceReuseProven",
    "OfAudits",
    "OperatorRotated",
    "OprfKeyRotated",
    "ParameterDeclared",
    "ParameterFact",
    "ParameterSet",
    "Penalized",
    "Placed",
    "Position",
    "PricesSet",
    "ProfileSet",
    "ProposalCanceled",
    "ProposalCreated",
    "ProposalExecuted",
    "ProposalFact",
    "ProposalQueued",
    "Published",
    "QualityFact",
    "QueryFact",
    "Rated",
    "Rebated",
    "Redeemed",
    "Released",
    "ReportClosed",
    "Reported",
    "SealingKeyRotated",
    "StatusFact",
    "VoteCast",
]
