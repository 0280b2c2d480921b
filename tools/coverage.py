"""Measures which lines, functions and branches of the contracts their tests reach; a gap needs its reason.

Lines and functions must all be reached. A branch that is not must stand in docs/coverage.md with the reason;
a reason for a branch that is reached by now is refused too. Gas and code size are not looked at: what counts
lines is not what is deployed.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "build" / "coverage.lcov"
PAGE = ROOT / "docs" / "coverage.md"
ROW = re.compile(r"^\| `(?P<file>[A-Za-z/]+\.sol)` \| `(?P<code>[^`]+)` \| (?P<reason>.+) \|$", re.MULTILINE)
# Coverage wants every path once, not many random values: those are for `make test-contracts`.
FEWER = {"FOUNDRY_FUZZ_RUNS": "32", "FOUNDRY_INVARIANT_RUNS": "2", "FOUNDRY_INVARIANT_DEPTH": "24"}


@dataclass(slots=True, kw_only=True)
class Covered:
    """What of one file was reached: lines by number, functions by name, branches as the code they are in."""

    lines: dict[int, bool] = field(default_factory=dict)
    functions: dict[str, bool] = field(default_factory=dict)
    branches: Counter[bool] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


def measure(forge: str) -> int:
    """Run the tests of the contracts with counters in the code."""
    REPORT.parent.mkdir(exist_ok=True)
    command = [forge, "coverage", "--offline", "--report", "lcov", "--report-file", str(REPORT)]
    command += ["--no-match-coverage", "(tests|node_modules)"]
    command += ["--no-match-contract", "^Gas", "--no-match-test", "test_code_sizes__"]
    run = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=ROOT, env=os.environ | FEWER, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        print(run.stdout[-4000:], run.stderr[-4000:])
    return run.returncode


def read(report: str) -> dict[str, Covered]:
    """The report by file, paths as they are below contracts/."""
    files: dict[str, Covered] = {}
    for record in report.split("end_of_record"):
        place = re.search(r"^SF:(\S+)$", record, re.MULTILINE)
        if place is None:
            continue
        source = (ROOT / place[1]).read_text().splitlines()
        covered = files[place[1].removeprefix("contracts/")] = Covered()
        for line, count in re.findall(r"^DA:(\d+),(\d+)", record, re.MULTILINE):
            covered.lines[int(line)] = count != "0"
        for count, name in re.findall(r"^FNDA:(\d+),(\S+)$", record, re.MULTILINE):
            covered.functions[name] = count != "0"
        for line, count in re.findall(r"^BRDA:(\d+),\d+,\d+,(\d+|-)$", record, re.MULTILINE):
            reached = count not in {"0", "-"}
            covered.branches[reached] += 1
            if not reached:
                covered.missed.append(source[int(line) - 1].strip())
    return files


def judge(files: dict[str, Covered], reasons: dict[tuple[str, str], str]) -> list[str]:
    """What is wrong: a line or function not reached, a branch without reason, a reason without branch."""
    findings = []
    for name, covered in files.items():
        findings += [f"{name}: line {line} is not reached" for line, hit in covered.lines.items() if not hit]
        findings += [
            f"{name}: {function} is never called" for function, hit in covered.functions.items() if not hit
        ]
        findings += [
            f"{name}: a branch is not reached and docs/coverage.md does not say why: {code}"
            for code in covered.missed
            if (name, code) not in reasons
        ]
    missed = {(name, code) for name, covered in files.items() for code in covered.missed}
    findings += [
        f"{name}: docs/coverage.md excuses a branch that is reached or gone: {code}"
        for name, code in reasons
        if (name, code) not in missed
    ]
    return findings


def share(hits: int, of: int) -> str:
    """How many of how many."""
    return f"{hits}/{of}"


def show(files: dict[str, Covered], reasons: dict[tuple[str, str], str]) -> None:
    """Print a table by file, then each branch that is not reached with its reason."""
    print(f"{'contract':<38}{'lines':>10}{'functions':>12}{'branches':>12}")
    for name, covered in sorted(files.items()):
        lines = share(sum(covered.lines.values()), len(covered.lines))
        functions = share(sum(covered.functions.values()), len(covered.functions))
        branches = share(covered.branches[True], covered.branches.total())
        print(f"{name:<38}{lines:>10}{functions:>12}{branches:>12}")
    for name, covered in sorted(files.items()):
        for code in covered.missed:
            print(f"not reached: {name}: {code}\n  {reasons.get((name, code), 'no reason given')}")


def main() -> int:
    """Measure, show, judge; 1 when something is wrong."""
    status = measure(sys.argv[1])
    if status != 0:
        return status
    files = read(REPORT.read_text())
    reasons = {
        (row["file"], row["code"].replace("\\|", "|")): row["reason"]
        for row in ROW.finditer(PAGE.read_text())
    }
    show(files, reasons)
    findings = judge(files, reasons)
    print("\n".join(findings) or "Every line and function is reached; every branch is, or has its reason.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
