"""Recalls: a holder tells whoever claimed a record that it does not stand by it any more."""

from dataclasses import dataclass
from enum import IntEnum

from oracle.domain.ids import BatchId, MemberId


class RecallReason(IntEnum):
    """Why, by the code on the wire."""

    WITHDRAWN = 1
    """It was removed; that says nothing of whether it was right."""
    REFUTED = 2
    """The holder found that it was wrong."""

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledRecord:
    """One record that was disclosed to one requester."""

    batch_id: BatchId
    index: int
    """Of the element in its batch."""
    record_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What one message says."""

    reason: RecallReason
    records: tuple[RecalledRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRecall:
    """At the holder: a recall that one requester is told, or still has to be."""

    requester: MemberId
    record: RecalledRecord
    reason: RecallReason
    noted_at: int
    """Unix seconds, by the chain."""
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRecall:
    """At the requester: a record of ours that its holder has recalled."""

    batch_id: BatchId
    holder: MemberId
    index: int
    reason: RecallReason
    taken_at: int
    """Unix seconds, by the chain."""
