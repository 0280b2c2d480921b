"""bench/results.json has what a reader needs of every row, and `make bench` leaves out no benchmark."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

ROW = {
    *("benchmark", "name", "value", "unit", "limit", "limit_is", "ratio", "prefix_bits", "records"),
    *("holders", "elements", "requesters", "machine"),
}
RUN = {"benchmark", "failed", "seconds", "load_before_and_after"}
MACHINE = {"cores", "cpu", "python", "libsodium"}
MORE_IS_BETTER = {"/s": True, "bytes": False, "ms": False, "%": False}


@pytest.fixture(scope="module")
def results(root: Path) -> Any:
    return json.loads((root / "bench" / "results.json").read_text())


def test_results__the_document__names_its_version_machine_and_load(results: Any) -> None:
    assert set(results) == {"version", "machine", "runs", "rows"}
    assert results["version"] == 2
    assert set(results["machine"]) == MACHINE
    assert all(results["machine"].values())
    for run in results["runs"]:
        assert set(run) == RUN
        assert len(run["load_before_and_after"]) == 2
    assert {row["benchmark"] for row in results["rows"]} <= {run["benchmark"] for run in results["runs"]}


def test_results__every_row__has_a_value_beside_a_limit_that_it_names(results: Any) -> None:
    assert len(results["rows"]) > 50
    for row in results["rows"]:
        assert set(row) == ROW, row
        assert row["name"], row
        assert row["limit_is"], row
        assert row["value"] > 0, row
        assert row["limit"] > 0, row
        better = (row["value"], row["limit"]) if MORE_IS_BETTER[row["unit"]] else (row["limit"], row["value"])
        assert row["ratio"] == pytest.approx(better[0] / better[1], rel=0.02, abs=0.001), row


def test_results__rows_that_ask_or_hold_something__say_how_much(results: Any) -> None:
    for row in results["rows"]:
        assert row["prefix_bits"] is None or 0 <= row["prefix_bits"] <= 32, row
        assert row["records"] is None or row["records"] > 0, row
        assert row["records"] is not None or row["prefix_bits"] is None, row
    assert {row["prefix_bits"] for row in results["rows"]} > {None, 17}


def test_results__names_of_rows__are_all_different(results: Any) -> None:
    names = [(row["benchmark"], row["name"], row["records"]) for row in results["rows"]]
    assert len(names) == len(set(names))


def test_results__the_machine__is_described_by_its_parts_and_nothing_else(results: Any) -> None:
    machine = results["machine"]
    summary = "{cores} x {cpu}, Python {python}, libsodium {libsodium}".format(**machine)

    assert {row["machine"] for row in results["rows"]} == {summary}


def test_benchmark__missing_from_the_whole_run__is_found(everything: Any, results: Any) -> None:
    bench = [module for module in everything if module.within("bench/")]
    measuring = {Path(module.place).stem for module in bench if "BENCHMARK" in _assigned(module.tree)}
    (whole,) = (module for module in bench if module.place == "bench/run.py")
    in_turn, large = (_names(whole.tree, constant) for constant in ("BENCHMARKS", "LARGE"))

    assert len(in_turn) > 20
    assert in_turn | large == measuring
    assert {run["benchmark"] for run in results["runs"]} <= measuring


def _names(tree: ast.Module, constant: str) -> set[str]:
    (value,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == constant
    )
    assert value is not None
    return set(ast.literal_eval(value))


def _assigned(tree: ast.Module) -> set[str]:
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
