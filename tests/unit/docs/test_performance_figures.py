"""What docs/performance.md says of sizes follows from the committed benchmark."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOLDERS, MEMBERS, BATCH = 105, 106, 1_000
Table = Callable[[str, str, str], list[dict[str, str]]]


@pytest.fixture(scope="module")
def measured(root: Path) -> dict[str, float]:
    rows: list[Any] = json.loads((root / "bench" / "results.json").read_text())["rows"]
    return {row["name"]: row["value"] for row in rows}


def _number(cell: str) -> float:
    return float(cell.replace(",", ""))


def test_sizing__of_106_members__is_what_the_measured_rates_and_lengths_make_of_it(
    table: Table, measured: dict[str, float]
) -> None:
    rows = table("docs/performance.md", "subjects a day", "elements answered")
    envelope, reply, receipt, disclosures = (
        measured[name]
        for name in (
            "query envelope, 1,000 elements",
            "reply, 1,000 elements, prefix of 17 bits",
            "receipt, 1,000 elements",
            "disclosures, 1,000 elements",
        )
    )

    assert len(rows) == 3
    for row in rows:
        subjects = _number(row["subjects a day"])
        elements, batches = HOLDERS * subjects, HOLDERS * subjects / BATCH
        expected = {
            "elements answered": elements,
            "answering, minutes": elements / measured["answer an element of a batch of 1,000"] / 60,
            "verifying, minutes": elements / measured["verify an element of a reply to 1,000"] / 60,
            "lines, GB": 2 * batches * (envelope + reply + receipt + disclosures) / 1e9,
            "own replies and receipts, GB": batches * (reply + receipt) / 1e9,
            "answers to others, GB": batches * (envelope + reply + disclosures) / 1e9,
            "commitments of all": MEMBERS * subjects / BATCH,
        }
        for column, value in expected.items():
            assert _number(row[column]) == pytest.approx(value, rel=0.2, abs=0.06), (row, column)


def _checked(root: Path, *arguments: str) -> None:
    ran = subprocess.run(  # noqa: S603 - a fixed command of this repository
        [sys.executable, *arguments, "--check"], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_page__its_measured_parts__say_what_the_committed_results_say(root: Path) -> None:
    _checked(root, "bench/page.py")


def test_plots__committed_pictures__have_the_points_of_the_committed_results(root: Path) -> None:
    _checked(root, "bench/plots.py")
