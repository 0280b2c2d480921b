"""docs/operations.md says of the private network what bench/poa.json has measured."""

import json
from collections.abc import Callable
from pathlib import Path

Rows = list[dict[str, str]]
OPERATIONS = {
    "commitment, 1 in a transaction": "commitment, one in a transaction",
    "commitment, 10 in a transaction": "commitment, ten in a transaction",
    "anchor": "anchor of 100 batches",
    "redemption, 1 in a transaction": "redeemed voucher, one in a transaction",
    "redemption, 20 in a transaction": "redeemed voucher, twenty in a transaction",
}


def test_load__of_each_operation__is_what_was_measured(
    table: Callable[[str, str, str], Rows], root: Path
) -> None:
    measured = json.loads((root / "bench" / "poa.json").read_text())["operations"]
    rows = table("docs/operations.md", "operation", "a second")

    assert [tuple(row.values()) for row in rows] == [
        (
            OPERATIONS[one["name"]],
            f"{one['per_second']:,.0f}",
            f"{one['gas']:,}",
            f"{one['block_bytes']:,}",
            f"{one['disk_bytes_archive']:,}",
        )
        for one in measured
    ]


def test_members__what_they_may_ask_in_a_day__is_what_was_calculated(
    table: Callable[[str, str, str], Rows], root: Path
) -> None:
    calculated = json.loads((root / "bench" / "poa.json").read_text())["members_106"]
    asked = [f"{one['batches_a_member_a_day']:,}" for one in calculated if "batches_a_member_a_day" in one]
    rows = [
        row["per member and day"]
        for row in table("docs/operations.md", "per member and day", "share of the measured rate")
    ]

    assert {row.split()[0] for row in rows if " batches, " in row} == set(asked[:-1])
