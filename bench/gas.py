"""Measures what operations on the chain cost: gas.json and storage.json, which `forge test` compares with."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "bench" / "gas.json"
SLOTS = ROOT / "bench" / "storage.json"
LIMITS = {
    "commit, 1 batch": 100_000,
    "commit, a member's very first batch": 100_000,
    "commit, a first batch at the worst": 100_000,
    "anchor": 80_000,
    "anchor, a first one at the worst": 80_000,
    "redeem, 20 vouchers of 20 pairs": 20 * 60_000,
}
"""Greatest cost allowed; the tests in tests/contracts/Gas.t.sol hold the same."""


def forge() -> str:
    """The forge on PATH, else the one inside the npm package of this platform."""
    found = shutil.which("forge") or next(ROOT.glob("node_modules/@foundry-rs/forge-*/bin/forge"), None)
    if found is None:
        sys.exit("No forge: run `npm ci` first.")
    return str(found)


def main() -> int:
    measure = {"FOUNDRY_GAS_SNAPSHOT_CHECK": "false", "FOUNDRY_GAS_SNAPSHOT_EMIT": "true"}
    run = subprocess.run(  # noqa: S603 - a fixed command
        [forge(), "test", "--match-contract", "^Gas"],
        cwd=ROOT,
        env=os.environ | measure,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        print(run.stdout, run.stderr)
        return run.returncode
    slots = json.loads(SLOTS.read_text())
    print(f"{'operation':<38}{'gas':>9}{'new slots':>11}")
    for operation, gas in json.loads(TABLE.read_text()).items():
        limit = f"   at most {LIMITS[operation]:>9,}" if operation in LIMITS else ""
        print(f"{operation:<38}{int(gas):>9,}{slots[operation]:>11}{limit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
