"""Fuzzes every decoder for so many seconds each; keeps what it finds beside the tests, which replay it."""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fuzzing.targets import TARGETS  # noqa: E402 - found by the line above

WORK = HERE.parents[1] / ".make" / "fuzz"
LONGEST = 65_536


def fuzz(name: str, seconds: int) -> tuple[bool, str]:
    """Whether nothing was found, and what Atheris said last."""
    found = HERE / "found" / name
    command = [sys.executable, str(HERE / "drive.py"), name, str(WORK / name)]
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=1024"]
    draft = WORK / "found" / name
    draft.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own program
        [*command, *options, f"-artifact_prefix={draft}/"], capture_output=True, text=True, check=False
    )
    for path in draft.iterdir():
        found.mkdir(parents=True, exist_ok=True)
        path.rename(found / path.name)
    said = done.stderr.strip().splitlines()
    return done.returncode == 0, "\n".join(said[-1:] if done.returncode == 0 else said[-40:])


def main() -> int:
    """1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="for each target (default 30)")
    parser.add_argument("--only", nargs="*", choices=sorted(TARGETS), help="these targets")
    given = parser.parse_args()
    failed = []
    for name in given.only or TARGETS:
        clean, said = fuzz(name, given.seconds)
        print(f"{name:25} {'nothing found' if clean else 'FOUND'}   {said}", flush=True)
        failed += [] if clean else [name]
    print(f"{len(failed)} targets with findings: {', '.join(failed)}" if failed else "Nothing was found.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
