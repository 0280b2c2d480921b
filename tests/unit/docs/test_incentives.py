"""docs/incentives.md has the numbers that the rules of today come to."""

import subprocess
import sys
from pathlib import Path


def test_tables__of_incentives__are_what_the_rules_come_to(root: Path) -> None:
    command = [sys.executable, str(root / "tools" / "incentives.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script

    assert (checked.returncode, checked.stderr) == (0, "")
