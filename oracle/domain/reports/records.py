"""The institution's own dataset as it sees it: imports, listings, figures, the published snapshot."""

from dataclasses import dataclass, field
from enum import StrEnum

from oracle.domain.reports.queries import RecordLine, RefusedSubject


class ImportFormat(StrEnum):
    """How an imported file is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """Where a running import stands."""

    line: int
    """Last line read, from 1."""
    imported: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLineReport:
    """A line that is not imported. The reason never repeats the line's content."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """The end of an import."""

    lines: int
    imported: int
    """Lines whose record is now in the dataset; 0 when not applied."""
    skipped: int
    applied: bool
    """False when a strict import met a bad line: nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record of this institution's own dataset."""

    type: str
    value: str = field(repr=False)
    """The canonical value."""
    items: tuple[RecordLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A part of the dataset's listing."""

    records: tuple[StoredRecord, ...]
    next: str | None = None
    """Pass as `after` to go on; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalSummary:
    """What a removal did; it reaches others with the next snapshot."""

    removed: int
    not_held: int
    """Valid subjects that the dataset has no record of."""
    refused: tuple[RefusedSubject, ...] = ()
    recalled: int = 0
    """Claims of other members on these records: who made them is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSnapshot:
    """A snapshot as it stands on the chain."""

    sequence: int
    root: str
    """32 bytes as `0x` hex."""
    bits: int
    """Bucket number bits: the snapshot has 2^bits buckets."""
    oprf_key_version: int
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStats:
    """Figures of the dataset."""

    records: int
    by_type: dict[str, int]
    """Records by subject type label."""
    by_category: dict[str, int]
    """Items by category label."""
    unpublished_changes: int
    """Records added, changed or removed since the published snapshot."""
    snapshot: PublishedSnapshot | None = None
    """None before the first publication."""
