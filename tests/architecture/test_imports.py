"""Imports run one way, and each library is let in by one door."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOORS = {
    # A connection is opened where the outside is spoken to, and nowhere else.
    "aiohttp": ("oracle/peer/", "oracle/chain/", "oracle/api/", "oracle/cli/", "oracle/demo/"),
    "ssl": ("oracle/peer/", "oracle/crypto/tls.py"),
    "sqlalchemy": ("oracle/store/",),
    "alembic": ("oracle/store/",),
    "prometheus_client": ("oracle/telemetry/", "oracle/wiring/gauges.py"),
    "web3": ("oracle/chain/",),
    "lmdb": ("oracle/dataset/",),
    "coincurve": ("oracle/crypto/",),
    "ctypes": ("oracle/crypto/",),
    "eth_keyfile": ("oracle/crypto/", "oracle/chain/deploy/deployer_key.py"),  # no member's key
    "phonenumbers": ("oracle/subjects/",),
    "typer": ("oracle/cli/", "oracle/demo/"),
    "rich": ("oracle/cli/", "oracle/demo/"),
    # Nonces and scalars come from the operating system; the demonstration draws its examples from a seed.
    "random": ("oracle/demo/",),
    # Nothing that was pickled is ever read.
    "pickle": (),
}


def test_import_rules__the_whole_package__are_kept(root: Path) -> None:
    # A process of its own: the tool configures logging for its whole process, and so for tests that follow.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    result = subprocess.run(  # noqa: S603 - our own tool
        [*command, "--no-cache", "--config", str(root / "pyproject.toml")],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("library", sorted(DOORS))
def test_library__imported_outside_its_rooms__is_found(package: Any, library: str) -> None:
    found = [
        module.at(node)
        for module in package
        if not module.within(*DOORS[library])
        for node in ast.walk(module.tree)
        if library in _imported(node)
    ]

    assert found == []


def _imported(node: ast.AST) -> set[str]:
    """The top-level names that an import statement brings in."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        return {node.module.partition(".")[0]}
    return set()
