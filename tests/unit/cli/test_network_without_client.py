"""A machine without the client: told how to get it, with an exit code of its own, never passed over."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", ["client", "up"])
def test_network__client_not_on_this_machine__says_how_to_get_it_and_fails(
    tmp_path: Path, command: str
) -> None:
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "oracle.cli", "chain", "network", command],
        cwd=tmp_path,
        env={"PATH": "/nonexistent", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 3
    said = " ".join(ran.stderr.split())
    assert "go-ethereum 1.13.15 is not on this machine" in said
    assert "make chain-client" in said
    assert "chain_client_missing" in said
    assert list(tmp_path.iterdir()) == []
