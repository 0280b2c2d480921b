"""The mistakes of docs/mutants.md: made where a mistake fits, and so that they compile."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HEAD = 'import {A} from "./A.sol";\n\ncontract B {\n'
BODY = """    uint256 private constant _HALF = 7 / 2;

    function take(A storage kept, uint256 count) private onlyRole(ADMIN) returns (A storage entry) {
        if (count == 0 || count > _most(kept)) revert Wrong(count, "if (x) == y");
        if (count == 1) return kept; // not: if (count == 2)
        if (kept.open) {
            revert Open(count);
        }
        entry = _entries[count];
        (entry.open, entry.id) = (true, bytes32(0));
        A storage other = _requireOpen(count);
        _requireKnown(_requireOpen(count));
        if (kept.open) emit Taken(count);
        else delete _entries[count];
    }
"""
MUTATED = {
    "count == 0 || count >= _most(kept)",
    "count == 0 && count > _most(kept)",
    "count != 0 || count > _most(kept)",
    "if (!(count == 0 || count > _most(kept))) revert",
    "if (count != 1) return kept;",
    "if (count == 2) return kept;",
    "if (!(kept.open)) {",
    "bytes32(uint256(1))",
    "= (false, bytes32(0))",
    "if (kept.open) {}\n        else delete",
    "else {}",
    "if (!(kept.open)) emit",
    "private  returns",
}
GONE = {
    'if (count == 0 || count > _most(kept)) revert Wrong(count, "if (x) == y");',
    "if (count == 1) return kept;",
    "if (kept.open) {\n            revert Open(count);\n        }",
    "(entry.open, entry.id) = (true, bytes32(0));",
    "_requireKnown(_requireOpen(count));",
}


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "tools" / "mutants.py"
    spec = importlib.util.spec_from_file_location("mutants_tool", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_mutants__of_a_contract__are_those_that_mistakes_look_like_and_no_others(mutants: ModuleType) -> None:
    source = HEAD + BODY + "}\n"
    made = {one.applied(source) for one in mutants.mutants_of("B", source)}

    assert source not in made
    assert [text for text in MUTATED if not any(text in one for one in made)] == []
    gone = {text for text in GONE if source.replace(text, "{}", 1) in made}
    assert gone == GONE
    # Nothing of comments, strings, constants, declarations, and of references that have to be assigned.
    assert len(made) == len(MUTATED) + len(GONE)


def test_mutants__of_every_ledger__close_what_they_open(mutants: ModuleType, root: Path) -> None:
    for ledger in mutants.LEDGERS:
        source = (root / "contracts" / f"{ledger}.sol").read_text()
        for one in mutants.mutants_of(ledger, source):
            there, then = source[one.start : one.end], one.text
            for opened, closed in ("()", "{}", "[]"):
                kept = there.count(opened) - there.count(closed)
                assert then.count(opened) - then.count(closed) == kept, one.described(source)


def test_mutants__of_one_seed__come_in_one_order_and_of_another_in_another(mutants: ModuleType) -> None:
    ledgers = ["libraries/Budgets"]
    assert mutants.shuffled(ledgers, 1) == mutants.shuffled(ledgers, 1) != mutants.shuffled(ledgers, 2)
