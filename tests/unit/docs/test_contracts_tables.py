"""docs/contracts.md lists the parameters, errors and costs that the code has."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from oracle.chain.deploy.parameters import GOVERNANCE, PROTOCOL

PAGE = "docs/contracts.md"
NOT_NUMBERS = frozenset({"subject_rules_hash", "code_lists_hash"})

Rows = list[dict[str, str]]
TableOf = Callable[[str, str, str], Rows]


def _number(cell: str) -> int:
    base, power, exponent = cell.replace(",", "").partition("^")
    return int(base) ** int(exponent) if power else int(base)


def test_parameters__every_one_of_a_deployment__has_a_row_with_its_bounds(table: TableOf) -> None:
    known = GOVERNANCE | PROTOCOL
    by_type = {name for name in known if name.startswith("prefix_bits_")}
    stated = {
        name: row
        for row in table(PAGE, "name", "least")
        for name in re.findall(r"`(\w+)`", row["name"])
        if name not in by_type
    }

    assert set(stated) == set(known) - by_type
    for name, row in stated.items():
        if name in NOT_NUMBERS:
            continue
        bounds = known[name]
        values = (_number(row["least"]), _number(row["most"]), _number(row["default"]))
        assert values == (bounds.least, bounds.most, bounds.default), name


def test_gas__every_measured_operation__is_the_committed_measure(table: TableOf, root: Path) -> None:
    measured = json.loads((root / "bench" / "gas.json").read_text())
    stated = {row["operation"]: _number(row["gas"]) for row in table(PAGE, "operation", "gas")}

    assert stated == {operation: int(gas) for operation, gas in measured.items()}


def test_slots__every_measured_operation__is_the_committed_measure(table: TableOf, root: Path) -> None:
    measured = json.loads((root / "bench" / "storage.json").read_text())
    stated = {row["operation"]: _number(row["new slots"]) for row in table(PAGE, "operation", "gas")}

    assert stated == {operation: int(slots) for operation, slots in measured.items()}


def test_growth__every_row__multiplies_the_measured_slots(table: TableOf, root: Path) -> None:
    measured = json.loads((root / "bench" / "storage.json").read_text())
    rows = table(PAGE, "operation", "how often, 106 members")

    assert rows
    for row in rows:
        slots = int(measured[row["operation"]])
        assert _number(row["slots"]) == slots, row["operation"]
        assert _number(row["slots a year"]) == slots * _number(row["times a year"]), row["operation"]


def test_errors__every_custom_error_of_the_interfaces__is_listed_with_its_contract(
    table: TableOf, root: Path
) -> None:
    for row in table(PAGE, "contract", "errors"):
        contract = row["contract"].strip("`")
        interface = (root / "contracts" / "interfaces" / f"I{contract}.sol").read_text()

        assert set(re.findall(r"`(\w+)`", row["errors"])) == set(re.findall(r"error (\w+)\(", interface))
