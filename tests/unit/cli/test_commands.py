"""What the commands that speak to a daemon print, and how they end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.cli.exits import ExitCode

Command = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("rooms")


def test_query__one_hit_and_one_clear__shows_both_and_the_record(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("query", "phone", "+46701234567", "+4915112345678", "--home", home)
    assert ran.code == 0
    assert "telecom_fraud" in ran.out
    assert "clear" in ran.out
    assert "2 asked · 1 with a hit" in ran.out


def test_query__options__reach_the_daemon(riskmesh: Command, home: Path, rooms: Any) -> None:
    riskmesh("query", "phone", "+46", "--purpose", 3, "--case", "C-9", "--deadline", 30, "--home", home)
    assert rooms.asked == [(3, "C-9", 30)]


def test_query__json__is_the_state_and_nothing_else(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("query", "phone", "+46701234567", "--json", "--home", home)
    state = ran.json()
    assert state["results"][0]["state"] == "hit"
    assert state["summary"]["phase"] == "complete"
    assert ran.err == ""


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("s.csv", "type,value\nphone,+4670\n\nphone, +4915\n", ()),
        ("s.csv", "phone,+4670\nphone,+4915\n", ()),
        ("s.jsonl", '{"type":"phone","value":"+4670"}\n{"type":"phone","value":"+4915"}\n', ()),
        ("s.txt", "+4670\n\n+4915\n", ("--type", "phone")),
        ("s.csv", "\ufefftype,value\r\nphone,+4670\r\nphone,+4915\r\n", ()),
    ],
)
def test_query__a_file__asks_every_line_of_it(
    riskmesh: Command, home: Path, name: str, text: str, options: tuple[str, ...]
) -> None:
    file = home / name
    file.write_text(text)
    ran = riskmesh("query", "--file", file, *options, "--json", "--home", home)
    assert ran.json()["summary"]["asked"] == 2


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("phone,+46secret,more\n", ()),
        ("+46secret\n", ()),
        ('{"type":"phone","number":"+46secret"}\n', ()),
        ('{"type":"phone","value":"+46secret"\n', ()),
        ('phone,"+46secret\n', ()),
        ("", ()),
        ("+46secret\n", ("--type", "colour")),
    ],
)
def test_query__a_malformed_file__names_the_line_and_not_its_content(
    riskmesh: Command, home: Path, rooms: Any, text: str, options: tuple[str, ...]
) -> None:
    file = home / "s"
    file.write_text(text)
    ran = riskmesh("query", "--file", file, *options, "--home", home)
    assert ran.code == ExitCode.USAGE
    assert "secret" not in ran.err + ran.out
    assert rooms.asked == []


def test_query__no_wait__prints_the_number_to_look_at_later(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("query", "phone", "+46", "--no-wait", "--home", home)
    assert ran.out.strip() == "q1"
    assert "telecom_fraud" in riskmesh("queries", "q1", "--home", home).out


def test_query__a_subject_that_is_refused__is_named_by_position(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("query", "domain", "a.example", "--home", home)
    assert ran.code == ExitCode.REFUSED
    assert "nothing_to_ask" in ran.err


def test_import__one_bad_line__skips_it(riskmesh: Command, home: Path) -> None:
    file = home / "r.csv"
    file.write_text("phone,+4670\nbad\n")
    ran = riskmesh("records", "import", file, "--home", home)
    assert ran.code == 0
    assert "1 of 2 lines imported, 1 skipped" in ran.out
    assert "Line 2: unknown subject type" in ran.err


def test_import__strict_with_a_bad_line__is_refused(riskmesh: Command, home: Path, rooms: Any) -> None:
    file = home / "r.csv"
    file.write_text("phone,+4670\nbad\n")
    ran = riskmesh("records", "import", file, "--strict", "--home", home, "--json")
    assert ran.code == ExitCode.REFUSED
    assert ran.json()["bad_lines"] == [{"line": 2, "reason": "unknown subject type"}]
    assert rooms.stored == {}


def test_import__a_name_that_tells_no_format__asks_for_it(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("records", "import", home / "r.dat", "--home", home)
    assert (ran.code, "--format" in ran.err) == (ExitCode.USAGE, True)


def test_records__imported_listed_and_removed__are_gone(riskmesh: Command, home: Path) -> None:
    file = home / "r.csv"
    file.write_text("phone,+4670\nphone,+4671\n")
    riskmesh("records", "import", file, "--home", home)
    assert "+4671" in riskmesh("records", "list", "--home", home).out
    ran = riskmesh("records", "remove", "phone", "+4671", "--yes", "--home", home)
    assert "1 removed, 0 not held" in ran.out
    assert riskmesh("records", "stats", "--json", "--home", home).json()["records"] == 1


def test_remove__without_yes_and_nobody_to_ask__changes_nothing(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    rooms.stored["phone", "+46"] = object()
    ran = riskmesh("records", "remove", "phone", "+46", "--home", home)
    assert ran.code == ExitCode.USAGE
    assert len(rooms.stored) == 1


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("members",), "Bank A (you)"),
        (("auditors",), "0x52908400098527886E0F7030069857D2E4169EE7"),
        (("audits",), "answered"),
        (("disputes",), "300"),
        (("quality",), "25,000"),
        (("credits",), "860 credits"),
        (("recalls",), "refuted"),
        (("statement", "--epoch", "0"), "Epoch 0"),
        (("status",), "number 1, active"),
        (("records", "publish"), "snapshot 1"),
        (("store", "compact"), "150 kB, before: 2.5 MB"),
        (("redeem", "--from", "2"), "140"),
        (("queries",), "Phase"),
        (("proposals",), "For : against"),
    ],
)
def test_command__for_people_and_for_scripts__prints_a_table_or_json(
    riskmesh: Command, home: Path, arguments: tuple[str, ...], shown: str
) -> None:
    ran = riskmesh(*arguments, "--home", home)
    assert (ran.code, shown in ran.out) == (0, True)
    assert json.loads(riskmesh(*arguments, "--home", home, "--json").out) is not None


def test_rate__a_disclosed_item__says_when_it_reaches_the_chain(riskmesh: Command, home: Path) -> None:
    riskmesh("query", "phone", "+46", "--home", home)
    item = ("--index", 0, "--holder", 2, "--category", "telecom_fraud")
    assert "refuted" in riskmesh("rate", "q1", "refuted", *item, "--home", home).out


def test_propose__an_altered_application__is_refused_before_the_daemon_is_asked(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    path = home / "application.json"
    path.write_text(path.read_text().replace("Bank A", "Bank B"))
    ran = riskmesh("propose", "admit", path, "--home", home)
    assert (ran.code, "profileHash" in ran.err) == (ExitCode.USAGE, True)
    assert rooms.applications == []


def test_any_command__home_from_the_environment__is_used(
    riskmesh: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKMESH_HOME", str(home))
    assert "Bank A" in riskmesh("status").out


def test_query__purpose_by_its_label__reaches_the_daemon_as_its_code(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    ran = riskmesh("query", "phone", "+46701234567", "--purpose", "transaction_screening", "--home", home)
    assert ran.code == 0, ran.err
    assert rooms.asked == [(2, "", None)]


def test_query__unknown_purpose__is_a_usage_error_that_lists_the_known_ones(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    ran = riskmesh("query", "phone", "+46701234567", "--purpose", "curiosity", "--home", home)
    assert ran.code == 2
    assert "onboarding_check" in " ".join(ran.err.split())
    assert rooms.asked == []


def test_query__several_types_at_once__says_that_prefixes_narrow_together(
    riskmesh: Command, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "subjects.csv"
    file.write_text("type,value\nphone,+46701234567\nemail,a@example.org\n")
    ran = riskmesh("query", "--file", file, "--home", home)
    assert "narrow the candidates together" in " ".join(ran.err.split())
