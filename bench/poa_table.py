"""What the measured load means for 106 members: queries a day a member, and how fast the chain grows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MEMBERS: Final = 106
DAY_S: Final = 86_400
SUBJECTS: Final = 1_000
"""In a full batch."""
HEADROOM: Final = 0.5
"""Share of the measured rate that is planned with: the rest is for peaks and for a validator that is away."""
ANCHOR_BATCHES: Final = 500
"""Express batches of a member are anchored together once so many wait,"""
ANCHOR_AGE_S: Final = 900
"""or once the oldest has waited so long."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one kind of load measured; per operation, not per transaction."""

    name: str
    operations: int
    seconds: float
    sent_within_s: float
    per_second: float
    gas: int
    block_bytes: int
    blocks: int
    expected_blocks: int
    """In the same time at one a period."""
    disk_bytes_archive: int = 0
    """What the data folder of a node that keeps every state grew by; compaction comes and goes in it."""


def table(
    operations: Sequence[Operation], *, period_s: int, empty_block_bytes: int
) -> list[dict[str, object]]:
    """Rows for 106 members; sizes are those of blocks, as they are sent and kept."""
    by_name = {one.name: one for one in operations}
    single = by_name["commitment, 1 in a transaction"]
    redeemed = by_name["redemption, 20 in a transaction"]
    idle = DAY_S // period_s * empty_block_bytes
    batches = single.per_second * HEADROOM * DAY_S / MEMBERS
    settling = MEMBERS * (MEMBERS - 1)
    rows: list[dict[str, object]] = [
        {
            "what": "nothing asked",
            "chain_bytes_a_day": idle,
        },
        {
            "what": "committed, at half of the measured rate",
            "batches_a_member_a_day": round(batches),
            "subjects_a_member_a_day_at_most": round(batches) * SUBJECTS,
            "chain_bytes_a_day": round(idle + batches * MEMBERS * single.block_bytes),
            "disk_bytes_a_day": round(idle + batches * MEMBERS * single.disk_bytes_archive),
        },
    ]
    rows.extend(
        {
            "what": f"committed, {daily:,} batches a member a day",
            "batches_a_member_a_day": daily,
            "subjects_a_member_a_day_at_most": daily * SUBJECTS,
            "share_of_the_measured_rate": round(daily * MEMBERS / DAY_S / single.per_second, 4),
            "chain_bytes_a_day": round(idle + daily * MEMBERS * single.block_bytes),
            "disk_bytes_a_day": round(idle + daily * MEMBERS * single.disk_bytes_archive),
        }
        for daily in (100, 1_000, 10_000)
    )
    rows.extend(_express(by_name["anchor"], idle))
    rows.append(
        {
            "what": "redemption of every pair once a day, 20 in a transaction",
            "vouchers_a_day": settling,
            "seconds_at_the_measured_rate": round(settling / redeemed.per_second),
            "chain_bytes_a_day": round(idle + settling * redeemed.block_bytes),
            "disk_bytes_a_day": round(idle + settling * redeemed.disk_bytes_archive),
        }
    )
    return rows


def _express(anchor: Operation, idle: int) -> Iterator[dict[str, object]]:
    """Queries of express mode leave the chain alone; what it bears are their anchors."""
    full = (anchor.per_second * HEADROOM * DAY_S / MEMBERS - DAY_S // ANCHOR_AGE_S) * ANCHOR_BATCHES
    named = [(f"express, {daily:,} batches a member a day", daily) for daily in (1_000, 100_000, 1_000_000)]
    for what, daily in (*named, ("express, at half of the measured rate", round(full))):
        anchors = DAY_S // ANCHOR_AGE_S + -(-daily // ANCHOR_BATCHES)
        yield {
            "what": what,
            "batches_a_member_a_day": daily,
            "subjects_a_member_a_day_at_most": daily * SUBJECTS,
            "anchors_a_member_a_day_at_most": anchors,
            "share_of_the_measured_rate": round(anchors * MEMBERS / DAY_S / anchor.per_second, 4),
            "chain_bytes_a_day": round(idle + anchors * MEMBERS * anchor.block_bytes),
            "disk_bytes_a_day": round(idle + anchors * MEMBERS * anchor.disk_bytes_archive),
        }


def sentences(results: Mapping[str, object]) -> Iterator[str]:
    rows = results["members_106"]
    if isinstance(rows, list):
        for row in rows:
            yield ", ".join(f"{key} {value}" for key, value in row.items())
