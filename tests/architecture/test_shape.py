"""Files and functions that fit into a head, and say what they are for."""

import ast
from pathlib import Path
from typing import Any

MAX_LINES = 300
MAX_SOLIDITY_LINES = 400
MAX_FUNCTION_LINES = 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


def test_file__longer_than_fits_a_head__is_found(everything: Any, root: Path) -> None:
    found = {module.place: len(module.text.splitlines()) for module in everything}
    assert {place: lines for place, lines in found.items() if lines > MAX_LINES} == {}

    contracts = {path.relative_to(root).as_posix(): path for path in (root / "contracts").rglob("*.sol")}
    sizes = {place: len(path.read_text().splitlines()) for place, path in contracts.items()}
    assert {place: lines for place, lines in sizes.items() if lines > MAX_SOLIDITY_LINES} == {}


def test_function__longer_than_a_screen__is_found(everything: Any) -> None:
    found = [
        f"{module.at(node)} {node.name}: {length}"
        for module in everything
        if not module.within("migrations/")  # a schema step is one list of tables
        for node in ast.walk(module.tree)
        if isinstance(node, FunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]

    assert found == []


def test_module__without_an_opening_sentence__is_found(everything: Any) -> None:
    found = [
        module.place
        for module in everything
        if not module.within("migrations/", "tests/") and not (ast.get_docstring(module.tree) or "").strip()
    ]

    assert found == []


def test_file__named_for_no_job__is_found(everything: Any) -> None:
    found = [
        module.place
        for module in everything
        if FORBIDDEN_NAMES & set(Path(module.place).with_suffix("").parts)
    ]

    assert found == []


def test_test__whose_name_is_no_sentence__is_found(everything: Any) -> None:
    found = [
        f"{module.at(node)} {node.name}"
        for module in everything
        if module.within("tests/")
        for node in ast.walk(module.tree)
        if isinstance(node, FunctionDef) and node.name.startswith("test_") and node.name.count("__") != 2
    ]

    assert found == []
