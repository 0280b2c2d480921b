"""What the daemon tells its own institution: values of the local interface, ready to be written as JSON.

Unlike the rest of `domain`, these stand at the edge: identifiers and hashes are hex text, dates are dates,
codes are labels. None of them carries a subject except `StoredRecord`, which answers an explicit listing.
"""

from oracle.domain.reports.accounts import (
    CreditsSummary,
    PairAccount,
    RatingReport,
    RedeemedPair,
    RedemptionReport,
    Verdict,
)
from oracle.domain.reports.consortium import (
    BallotForm,
    MemberLine,
    MemberStatus,
    ProposalLine,
    ProposalState,
    SignedBallot,
    Support,
)
from oracle.domain.reports.queries import (
    Finding,
    HolderProgress,
    HolderState,
    QueryAccepted,
    QueryPhase,
    QueryState,
    QuerySummary,
    RawSubject,
    RecordLine,
    RecordState,
    RefusedSubject,
    SubjectResult,
    record_line,
)
from oracle.domain.reports.records import (
    BadLineReport,
    DatasetStats,
    ImportFormat,
    ImportProgress,
    ImportSummary,
    PublishedSnapshot,
    RecordPage,
    RemovalSummary,
    StoredRecord,
)
from oracle.domain.reports.status import ChainStatus, EndpointReport, EndpointState, StatusReport
from oracle.domain.reports.unknown import UnknownReference

__all__ = [
    "BadLineReport",
    "BallotForm",
    "ChainStatus",
    "CreditsSummary",
    "DatasetStats",
    "EndpointReport",
    "EndpointState",
    "Finding",
    "HolderProgress",
    "HolderState",
    "ImportFormat",
    "ImportProgress",
    "ImportSummary",
    "MemberLine",
    "MemberStatus",
    "PairAccount",
    "ProposalLine",
    "ProposalState",
    "PublishedSnapshot",
    "QueryAccepted",
    "QueryPhase",
    "QueryState",
    "QuerySummary",
    "RatingReport",
    "RawSubject",
    "RecordLine",
    "RecordPage",
    "RecordState",
    "RedeemedPair",
    "RedemptionReport",
    "RefusedSubject",
    "RemovalSummary",
    "SignedBallot",
    "StatusReport",
    "StoredRecord",
    "SubjectResult",
    "Support",
    "UnknownReference",
    "Verdict",
    "record_line",
]
