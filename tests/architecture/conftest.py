"""The source as data: every module of the package, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file of ours."""

    place: str
    """Relative to the repository, e.g. `oracle/rules/pricing.py`."""
    text: str
    tree: ast.Module

    def within(self, *places: str) -> bool:
        """Whether the file is one of `places`, or lies in one of them that ends with a slash."""
        return any(
            self.place == place or (place[-1] == "/" and self.place.startswith(place)) for place in places
        )

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        return f"{self.place}:{node.lineno}"


def read(*folders: str) -> Iterator[Module]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text()
            yield Module(place=path.relative_to(ROOT).as_posix(), text=text, tree=ast.parse(text))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def package() -> tuple[Module, ...]:
    """Every module of `oracle`."""
    return tuple(read("oracle"))


@pytest.fixture(scope="session")
def everything() -> tuple[Module, ...]:
    """Every Python file of the repository that is ours."""
    return tuple(read("oracle", "tests", "tools", "bench", "migrations"))
