"""The demonstration's questions: half from the lists, the same every time, and importable lists."""

import csv
import random
from pathlib import Path

import pytest

from oracle.demo.judging import read
from oracle.demo.lists import RealLists, question, read_lists, write_csv

SEED = 7


@pytest.fixture(scope="module")
def lists() -> RealLists:
    return read_lists(random.Random(SEED))  # noqa: S311 - chooses examples, no secrets


def _question(lists: RealLists, size: int) -> tuple[object, ...]:
    return question(lists, random.Random(SEED), size=size)  # noqa: S311 - as above


@pytest.mark.parametrize("size", [100, 1_200])
def test_question__of_a_size__is_half_listed_and_of_several_types(lists: RealLists, size: int) -> None:
    subjects = question(lists, random.Random(SEED), size=size)  # noqa: S311 - as above

    assert len(subjects) == size
    listed = {line for held in (lists.phones, lists.phishing, lists.mail_domains) for line in held.lines}
    assert sum(subject in listed for subject in subjects) >= size // 2
    assert len({subject.type for subject in subjects}) >= 4
    assert all(read(subject) is not None for subject in subjects[:100])


def test_question__again_from_the_same_seed__is_the_same(lists: RealLists) -> None:
    assert _question(lists, 60) == _question(lists, 60)


def test_overlapping_list__of_the_fourth_institution__is_held_by_others_too(lists: RealLists) -> None:
    others = {*lists.phones.lines, *lists.phishing.lines, *lists.mail_domains.lines}
    overlap = set(lists.overlapping.lines)

    assert len(overlap) == len(lists.overlapping.lines) > 0
    assert overlap <= others


def test_list__written_as_csv__reads_back_line_by_line(lists: RealLists, tmp_path: Path) -> None:
    write_csv(tmp_path / "list.csv", lists.mail_domains)

    with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["type"], row["value"]) for row in rows] == [
        (line.type, line.value) for line in lists.mail_domains.lines
    ]
    assert {(row["category"], row["reason"]) for row in rows} == {("marketing_abuse", "disposable_contact")}
