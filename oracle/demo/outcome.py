"""What came of the demonstration, as values: the same for the table and for `build/demo.json`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderOutcome:
    """One holder's row. Latencies run from the commitment's block being seen to the verified reply."""

    name: str
    member_id: int
    source: str
    records: int
    lines_not_imported: int
    asked: int
    hits: int
    paid: int
    latency_p50_ms: int
    latency_p95_ms: int
    score_bps_before: int
    score_bps_after: int
    credits_before: int
    credits_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Counts are per (holder, subject)."""

    asker: str
    asker_credits_before: int
    asker_credits_after: int
    subjects: int
    queries: int
    hits: int
    misses: int
    no_answers: int
    disclosed: int
    wrong_answers: int
    credits_conserved: bool
    admitted_by_vote: bool
    seconds: float
    holders: tuple[HolderOutcome, ...]

    @property
    def as_it_should_be(self) -> bool:
        """Nothing wrong, nothing missing, nothing lost."""
        return (
            self.wrong_answers == 0
            and self.no_answers == 0
            and self.disclosed == self.hits
            and self.credits_conserved
            and self.admitted_by_vote
        )

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"version": 1, **asdict(self)}, indent=2) + "\n")


def percentile(values: list[int], share: float) -> int:
    """The value below which this share of the sorted values lies (nearest rank); 0 of none."""
    if not values:
        return 0
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * round(share * 100) // 100))
    return ordered[rank - 1]
