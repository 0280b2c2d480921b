"""Every error and every event that our contracts declare is named by a test of theirs."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_DECLARED = re.compile(r"^\s*(?P<kind>error|event) (?P<name>\w+)\(", re.MULTILINE)
_OWNER = re.compile(r"^(?:abstract )?(?:interface|contract|library) (?P<name>\w+)", re.MULTILINE)


def declared(source: str) -> Iterator[tuple[str, str, str]]:
    """Owner, kind and name of each error and event in a file."""
    owner = _OWNER.search(source)
    assert owner is not None
    for found in _DECLARED.finditer(source):
        yield owner["name"], found["kind"], found["name"]


def unnamed(source: str, tests: str) -> list[str]:
    """Errors whose selector no test expects, and events that no test emits to be expected."""
    missing = []
    for owner, kind, name in declared(source):
        wanted = rf"{owner}\.{name}\.selector" if kind == "error" else rf"emit {owner}\.{name}\("
        if re.search(wanted, tests) is None:
            missing.append(f"{kind} {owner}.{name}")
    return missing


def test_errors_and_events__of_every_contract__are_named_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in sorted((ROOT / "tests" / "contracts").glob("*.sol")))
    sources = [path.read_text() for path in sorted((ROOT / "contracts").rglob("*.sol"))]
    missing = [
        each for source in sources if _DECLARED.search(source) is not None for each in unnamed(source, tests)
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("", ["error IThing.Wrong", "event IThing.Done"]),
        ("emit IThing.Done(1);", ["error IThing.Wrong"]),
        ("vm.expectRevert(IThing.Wrong.selector); IThing.Done(1);", ["event IThing.Done"]),
        ("IOther.Wrong.selector emit IOther.Done(1)", ["error IThing.Wrong", "event IThing.Done"]),
        ("IThing.Wrong.selector emit IThing.Done(1)", []),
    ],
)
def test_unnamed__by_these_tests__is_found(tests: str, expected: list[str]) -> None:
    source = (
        "interface IThing {\n    error Wrong(uint256 value);\n    event Done(uint256 indexed value);\n}\n"
    )

    assert unnamed(source, tests) == expected
