"""What recomputing a dossier came to: who asked what, who answered what, and every check with its result."""

from dataclasses import dataclass, field
from enum import StrEnum

from oracle.domain.reports.audits import CaseLine


class ProofResult(StrEnum):
    """How one check of a dossier ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """There is nothing to check, or what it rests on failed before; the line says which."""


class Party(StrEnum):
    """Against whom a failed check speaks."""

    NOBODY = "nobody"
    REQUESTER = "requester"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """One check of a dossier."""

    name: str
    result: ProofResult
    why: str
    holder: int | None = None
    """Whose part it is about; None for the batch as a whole."""
    against: Party = Party.NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLine:
    """One element with its subject."""

    index: int
    type: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedLine:
    """One category of a record that a holder disclosed."""

    index: int
    category: str
    severity: int
    reason_code: int
    confidence_bps: int
    first_seen_day: int
    last_seen_day: int
    holder_reference: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderFolder:
    """One holder's part in the batch."""

    holder: int
    name: str
    state: str
    reason: str
    """Why there is no answer; empty where there is one."""
    answered_at: int | None
    """Unix seconds, as the holder signed them."""
    sequence: int | None
    snapshot_block: int | None
    root: str | None
    hits: tuple[int, ...]
    """Elements that were found, recomputed."""
    claimed: tuple[int, ...]
    unclaimed: tuple[int, ...]
    """Hits that were read, or may have been, without a valid claim and a voucher that covers it."""
    disclosed: tuple[DisclosedLine, ...]
    charge: int | None
    """What the reply costs by the prices on the chain; None where nothing is owed."""
    voucher_amount: int | None
    """The pair's running total that the receipt brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeLine:
    """How much one member asked under one purpose, in the batches that were drawn, and in all."""

    requester: int
    purpose: int
    """0 where no batch of the member was drawn."""
    batches: int
    elements: int
    committed_batches: int
    """Of all purposes, as far back as the auditor keeps commitments."""
    committed_elements: int
    anchored_batches: int = 0
    """Express ones of all purposes, in all anchors."""
    anchored_elements: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFile:
    """A dossier as it is given out."""

    batch_id: str
    digest: str
    content: bytes = field(repr=False)
    """The file; in base64 where it is written as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReport:
    """Everything that is known of one batch, recomputed from its dossier and the chain."""

    digest: str
    chain_id: int
    registry: str
    batch_id: str
    requester: int
    requester_name: str
    mode: str
    issued_at: int
    deadline: int
    purpose: int
    case_reference: str = field(repr=False)
    stands_in_block: int | None
    """Of the commitment, or the express request's reference block."""
    block_time: int | None
    anchor_root: str | None
    anchor_index: int | None
    """Its place in that anchor, as the dossier says."""
    elements: tuple[OpenedLine, ...]
    holders: tuple[HolderFolder, ...]
    checks: tuple[ProofLine, ...]
    unclaimed: int | None
    """Hits read and not claimed, at all holders; None where the openings fail, so that nobody can count."""
    cases: tuple[CaseLine, ...] = ()
    """Of the chain, about this batch."""

    @property
    def failed(self) -> tuple[ProofLine, ...]:
        return tuple(line for line in self.checks if line.result is ProofResult.FAILED)

    @property
    def against_requester(self) -> tuple[ProofLine, ...]:
        """What speaks against whoever asked: one of these is a breach."""
        return tuple(line for line in self.failed if line.against is Party.REQUESTER)
