"""Facts of audits: what the `AuditLedger` said happened."""

from dataclasses import dataclass
from typing import Final

from oracle.chain.facts.placed import Placed
from oracle.domain.ids import Address, MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAudits(Placed):
    """What all of them are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorAppointed(OfAudits):
    auditor: Address
    sealing_suite: int
    sealing_key: bytes
    tls_fingerprint: bytes
    certificate: bytes
    """DER."""
    name_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorDismissed(OfAudits):
    auditor: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorKeysRotated(OfAudits):
    auditor: Address
    sealing_suite: int
    sealing_key: bytes
    tls_fingerprint: bytes
    certificate: bytes
    """DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorStruckOff(OfAudits):
    """Dismissed because it withheld its seed of an epoch."""

    auditor: Address
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCommitted(OfAudits):
    epoch: int
    auditor: Address
    commitment: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochClosed(OfAudits):
    epoch: int
    closing_hash: bytes
    reveal_by: int
    sample_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRevealed(OfAudits):
    epoch: int
    auditor: Address
    seed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(OfAudits):
    epoch: int
    value: bytes
    withheld: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(OfAudits):
    case_id: bytes
    kind: int
    accused: MemberId
    opener: int
    """0 for an auditor, or anyone with a proof."""
    subject: bytes
    answer_by: int
    decide_by: int
    appeal_window_s: int
    most: int
    """Faults that it can be about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafDrawn(OfAudits):
    case_id: bytes
    root: bytes
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed(OfAudits):
    case_id: bytes
    reply_digest: bytes
    amount: int
    """In credits; what waits in escrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswered(OfAudits):
    case_id: bytes
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCast(OfAudits):
    case_id: bytes
    auditor: Address
    found: int
    """Hits read and not claimed, 1 for any other fault; 0 dismisses."""
    reason: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRuled(OfAudits):
    case_id: bytes
    found: int
    """What a quorum found at least, so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOverturned(OfAudits):
    case_id: bytes
    found: int
    """What it comes to now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSettled(OfAudits):
    case_id: bytes
    outcome: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionDemanded(OfAudits):
    member_id: MemberId
    auditor: Address
    reason: bytes


AuditorFact = AuditorAppointed | AuditorDismissed | AuditorKeysRotated | AuditorStruckOff
DrawFact = SeedCommitted | EpochClosed | SeedRevealed | Drawn
CaseChange = LeafDrawn | Disputed | CaseAnswered | VerdictCast | CaseRuled | CaseOverturned | CaseSettled
AuditFact = AuditorFact | DrawFact | CaseOpened | CaseChange | SuspensionDemanded
AUDIT_FACTS: Final[tuple[type[AuditFact], ...]] = (
    AuditorAppointed,
    AuditorDismissed,
    AuditorKeysRotated,
    AuditorStruckOff,
    SeedCommitted,
    EpochClosed,
    SeedRevealed,
    Drawn,
    CaseOpened,
    LeafDrawn,
    Disputed,
    CaseAnswered,
    VerdictCast,
    CaseRuled,
    CaseOverturned,
    CaseSettled,
    SuspensionDemanded,
)
