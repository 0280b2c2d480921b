"""What became of a compaction of the store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionReport:
    """How much was forgotten, because nobody can ask about it any more, and what it freed."""

    batches: int
    """Own batches with their openings, replies and receipts, past the audit retention."""
    answers: int
    """Batches of others that were answered, past claims and disputes."""
    transactions: int
    """Settled transactions of this member's keys."""
    commitments: int
    """Commitment events that no batch needs."""
    bytes_before: int
    """On disk, free pages included."""
    bytes_after: int
