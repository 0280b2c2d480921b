"""`riskmesh query --file` with `--out` or `--format`: every line once, in order, however often begun."""

import csv
import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.cli.exits import ExitCode
from oracle.cli.file_run import IN_FLIGHT
from oracle.domain.query import MAX_BATCH

Command = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("rooms")
HIT, CLEAR = "+46701234567", "+4915112345678"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "subjects.csv"
    path.write_text(f"type,value\nphone,{HIT}\nphone,12\nphone,{CLEAR}\nshoe,43\n\nphone,+1,2\n")
    return path


def _many(tmp_path: Path, count: int) -> Path:
    path = tmp_path / "many.txt"
    path.write_text("".join(f"+4670{number:07}\n" for number in range(count)))
    return path


def _json_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_file__with_good_and_bad_lines__has_a_result_or_a_reason_for_each(
    riskmesh: Command, home: Path, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.jsonl"

    ran = riskmesh("query", "--file", file, "--out", out, "--home", home)

    assert ran.code == 0, ran.err
    rows = _json_lines(out)
    assert [(row["line"], row["result"]) for row in rows] == [
        (2, "hit"),
        (3, "not_asked"),
        (4, "clear"),
        (5, "not_asked"),
        (7, "not_asked"),
    ]
    assert (rows[0]["value"], rows[0]["query_id"], rows[0]["index"]) == (HIT, "q1", 0)
    assert rows[0]["hits"][0]["record"][0]["category"] == "telecom_fraud"
    assert (rows[2]["index"], rows[4]["reason"]) == (1, "it is not TYPE,VALUE; give --type for a plain list")
    assert "Line 5 is not asked: the subject type is not known" in ran.err
    assert "2 lines asked · 1 with a hit · 1 clear at every holder · 3 not asked" in ran.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.jsonl", "subjects.csv"]
    assert out.stat().st_mode & 0o777 == 0o600


def test_file__as_csv_on_standard_output__has_a_line_for_each_finding(
    riskmesh: Command, home: Path, file: Path
) -> None:
    ran = riskmesh("query", "--file", file, "--format", "csv", "--home", home)

    rows = list(csv.DictReader(ran.out.splitlines()))
    assert [(row["line"], row["result"], row["holder"]) for row in rows[:3]] == [
        ("2", "hit", "2"),
        ("3", "not_asked", ""),
        ("4", "clear", ""),
    ]
    assert (rows[0]["category"], rows[0]["last_seen"], rows[0]["record"]) == (
        "telecom_fraud",
        "2024-05-06",
        "disclosed",
    )
    assert "Run " in ran.err


def test_file__of_more_than_one_command_may_name__is_asked_in_batches(
    riskmesh: Command, home: Path, tmp_path: Path, rooms: Any
) -> None:
    count = (IN_FLIGHT + 2) * MAX_BATCH + 7
    out = tmp_path / "r.csv"

    ran = riskmesh(
        *("query", "--file", _many(tmp_path, count), "--type", "phone", "--out", out),
        *("--case", "C-9", "--express", "--json", "--home", home),
    )

    assert ran.code == 0, ran.err
    assert (ran.json()["asked"], ran.json()["hits"]) == (count, count)
    lines = [int(row["line"]) for row in csv.DictReader(out.read_text().splitlines())]
    assert lines == list(range(1, count + 1))
    stretches = sorted(rooms.stretches, key=lambda one: one.first_line)
    assert [one.last_line - one.first_line + 1 for one in stretches] == [MAX_BATCH] * (IN_FLIGHT + 2) + [7]
    assert {one.run for one in stretches} == {ran.json()["run"]}
    assert {asked[1] for asked in rooms.asked} == {"C-9"}


def test_command__interrupted_and_given_again__asks_only_what_was_not_asked(
    riskmesh: Command, home: Path, tmp_path: Path, rooms: Any
) -> None:
    file, out = _many(tmp_path, 3 * MAX_BATCH), tmp_path / "r.jsonl"
    command = ("query", "--file", file, "--type", "phone", "--out", out, "--home", home)
    rooms.stop_after = 2

    stopped = riskmesh(*command)
    (name,) = {one.run for one in rooms.stretches}
    again = riskmesh(*command)

    assert (stopped.code, again.code) == (ExitCode.REFUSED, 0)
    assert name in "".join(stopped.err.split())
    assert [row["line"] for row in _json_lines(out)] == list(range(1, 3 * MAX_BATCH + 1))
    assert len(rooms.kept) == 3
    assert {one.run for one in rooms.stretches} == {name}
    assert not out.with_name("r.jsonl.run").exists()


def test_run__resumed_by_its_name__is_the_same_run(
    riskmesh: Command, home: Path, tmp_path: Path, rooms: Any
) -> None:
    file = _many(tmp_path, 2 * MAX_BATCH)
    command = ("query", "--file", file, "--type", "phone", "--format", "jsonl", "--home", home)
    rooms.stop_after = 1
    stopped = riskmesh(*command)
    (name,) = {one.run for one in rooms.stretches}

    again = riskmesh(*command, "--resume", name)

    assert stopped.code == ExitCode.REFUSED
    assert len(again.out.splitlines()) == 2 * MAX_BATCH
    assert len(rooms.kept) == 2


def test_daemon__away_for_a_while__is_waited_for(
    riskmesh: Command, home: Path, tmp_path: Path, rooms: Any
) -> None:
    file, out = _many(tmp_path, 2 * MAX_BATCH), tmp_path / "r.jsonl"
    rooms.away_times = 2

    ran = riskmesh("query", "--file", file, "--type", "phone", "--out", out, "--home", home)

    assert ran.code == 0, ran.err
    assert len(rooms.kept) == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--resume", "not-a-run"), "32 hexadecimal digits"),
        (("--resume", "5a" * 16, "--out", "{taken}"), "names another run"),
        (("--out", "{there}"), "is there already"),
        (("--out", "{nowhere}"), "Cannot write beside"),
    ],
)
def test_options__that_would_lose_or_mix_results__are_refused(
    riskmesh: Command, home: Path, file: Path, options: tuple[str, ...], says: str
) -> None:
    (file.parent / "taken.csv.run").write_text("5b" * 16)
    (file.parent / "there.csv").write_text("results of yesterday")
    places = {
        "taken": file.parent / "taken.csv",
        "there": file.parent / "there.csv",
        "nowhere": file.parent / "no" / "r.csv",
    }

    ran = riskmesh("query", "--file", file, *(one.format(**places) for one in options), "--home", home)

    assert ran.code == ExitCode.USAGE
    assert says in " ".join(ran.err.split())
    assert (file.parent / "there.csv").read_text() == "results of yesterday"


def test_out__while_another_command_writes_it__is_refused_and_left_alone(
    riskmesh: Command, home: Path, file: Path, rooms: Any
) -> None:
    out = file.parent / "r.csv"
    (file.parent / "r.csv.run").write_text("5b" * 16)
    with (file.parent / "r.csv.part").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write("half of it")
        other.flush()

        ran = riskmesh("query", "--file", file, "--out", out, "--home", home)

        assert ran.code == ExitCode.USAGE
        assert "Another command writes" in " ".join(ran.err.split())
        assert (file.parent / "r.csv.part").read_text() == "half of it"
    assert rooms.asked == []
    assert riskmesh("query", "--file", file, "--out", out, "--home", home).code == 0
    assert out.read_text().startswith("line,")


def test_out__without_a_file__is_refused(riskmesh: Command, home: Path, tmp_path: Path) -> None:
    ran = riskmesh("query", "phone", HIT, "--out", tmp_path / "r.csv", "--home", home)
    assert ran.code == ExitCode.USAGE


def test_file__of_bad_lines_alone__asks_nothing_and_says_so(
    riskmesh: Command, home: Path, tmp_path: Path, rooms: Any
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("phone,12\n" * (2 * MAX_BATCH + 1))
    out = tmp_path / "r.jsonl"

    ran = riskmesh("query", "--file", file, "--out", out, "--home", home)

    assert ran.code == ExitCode.USAGE
    assert len(_json_lines(out)) == 2 * MAX_BATCH + 1
    assert rooms.asked == []
