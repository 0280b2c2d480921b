"""Compare docs/errors.md, which people write, with the error codes in the code."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("Refused", "Transient", "Misconfigured", "Broken")
ROW = re.compile(
    r"^\| `(?P<code>[a-z0-9_]+)` \| (?P<kind>\w+) \| (?P<what>[^|]+) \| (?P<remedy>[^|]+) \|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """A class as its source states it."""

    name: str
    parents: tuple[str, ...]
    code: str | None


def classes_in(folder: Path) -> list[ErrorClass]:
    """Every class below `folder`."""
    return [
        ErrorClass(
            node.name, tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases), _stated_code(node)
        )
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    ]


def codes_in_code(classes: list[ErrorClass]) -> list[tuple[str, str]]:
    """Each code that an error states, with the kind of the error."""
    parents: dict[str, set[str]] = {}
    for each in classes:
        parents.setdefault(each.name, set()).update(each.parents)
    return [
        (each.code, kind)
        for each in classes
        if each.code is not None and (kind := _kind(each.name, parents)) is not None
    ]


def codes_in_table(text: str) -> dict[str, str]:
    """Each code of the table, with its kind."""
    return {row["code"]: row["kind"] for row in ROW.finditer(text)}


def differences(stated: list[tuple[str, str]], table: dict[str, str]) -> Iterator[str]:
    """Say what the table lacks, has too much, or calls by another kind, and which code has two meanings."""
    code = dict(stated)
    yield from (
        f"docs/errors.md lacks `{name}` ({kind})" for name, kind in sorted(code.items()) if name not in table
    )
    yield from (
        f"docs/errors.md has `{name}`, which no error has" for name in sorted(table) if name not in code
    )
    yield from (
        f"docs/errors.md says that `{name}` is {table[name]}; it is {kind}"
        for name, kind in sorted(code.items())
        if table.get(name, kind) != kind
    )
    clashes = sorted({name for name, kind in stated if code[name] != kind})
    yield from (f"errors of two kinds share the code `{name}`" for name in clashes)


def _stated_code(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        target = (
            statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        )
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant):
            return str(value.value)
    return None


def _kind(name: str, parents: dict[str, set[str]]) -> str | None:
    """Follow the bases up to one of the four kinds."""
    if name in KINDS:
        return name
    return next(
        (kind for parent in parents.get(name, ()) if (kind := _kind(parent, parents)) is not None), None
    )


def main() -> int:
    """Print every difference; 1 when there is one."""
    table = codes_in_table((ROOT / "docs" / "errors.md").read_text())
    found = list(differences(codes_in_code(classes_in(ROOT / "oracle")), table))
    print("\n".join(found) or "docs/errors.md lists every error.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
