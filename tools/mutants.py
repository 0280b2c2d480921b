"""Breaks the ledgers on purpose, one small change at a time, and says which of a sample the tests notice.

The changes are those that mistakes look like: another operator, another bound, a check that is gone, a
constant. Each mutant is compiled and tested in a copy of the contracts under build/mutants. One that does not
compile is not counted; one that no test notices makes the run fail. `--page docs/mutants.md` writes the table
of a run below the page's words.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "mutants"
# Which tests must notice: those of the ledger and those that play it with the others.
LEDGERS = {
    "accounts/CreditLedger": "tests/contracts/{Credit*,Account*,Replacement}.t.sol",
    "libraries/Accounts": "tests/contracts/{Credit*,Account*,Replacement}.t.sol",
    "libraries/Settlements": "tests/contracts/{Credit*,Account*,Replacement}.t.sol",
    "queries/QueryLedger": "tests/contracts/{Query*,LedgerParity}.t.sol",
    "libraries/Budgets": "tests/contracts/{Query*,LedgerParity}.t.sol",
    "libraries/AnchorTree": "tests/contracts/{Query*,LedgerParity}.t.sol",
    "libraries/RequestProofs": "tests/contracts/{Query*,AuditNonces}.t.sol",
    "quality/QualityLedger": "tests/contracts/{Quality*,ScoreInvariants}.t.sol",
    "libraries/QualityBook": "tests/contracts/{Quality*,ScoreInvariants}.t.sol",
    "libraries/Scores": "tests/contracts/{Quality*,ScoreInvariants}.t.sol",
    "audit/AuditLedger": "tests/contracts/{Audit*,Draw*,Appeals,Counted*,CaseInvariants}.t.sol",
    "libraries/Cases": "tests/contracts/{Audit*,Draw*,Appeals,Counted*,CaseInvariants}.t.sol",
    "libraries/Draws": "tests/contracts/{Audit*,Draw*,Appeals,Counted*,CaseInvariants}.t.sol",
    "libraries/AuditorRoll": "tests/contracts/{Audit*,Draw*,Appeals,Counted*,CaseInvariants}.t.sol",
    "audit/SignatureProofs": "tests/contracts/{Audit*,Draw*,Appeals,Counted*,CaseInvariants}.t.sol",
    "libraries/Contradictions": "tests/contracts/{Audit*,Draw*,Appeals,Counted*,CaseInvariants}.t.sol",
}
HEADER = "| place | kind | code | became | tests |\n| --- | --- | --- | --- | --- |\n"
CHANGES: tuple[tuple[str, str, str], ...] = (
    ("bound", r" <= ", " < "),
    ("bound", r" >= ", " > "),
    ("bound", r" < ", " <= "),
    ("bound", r" > ", " >= "),
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("logic", r" && ", " || "),
    ("logic", r" \|\| ", " && "),
    ("logic", r"if \((?=\w)", "if (!"),
    ("arithmetic", r" \+ ", " - "),
    ("arithmetic", r" - ", " + "),
    ("arithmetic", r" \* ", " / "),
    ("arithmetic", r" / ", " * "),
    ("arithmetic", r" \+= ", " -= "),
    ("arithmetic", r" -= ", " += "),
    ("arithmetic", r" \+= ", " = "),
    ("check gone", r"if \([^{}]*\) revert [^;]*;", ""),
    ("check gone", r"\b_require\w+\([^;{}]*\);", ""),
    ("check gone", r"\bonlyRole\(\w+\)", ""),
    ("check gone", r"\bonlyAuditor\b(?= )", ""),
    ("effect gone", r"(?<=\n)        \w[\w.\[\]]* = [^;]*;", ""),
    ("effect gone", r"\bdelete [^;]*;", ""),
    ("effect gone", r"\bemit [^;]*;", ""),
    ("constant", r"\b0\b(?=[;,)])", "1"),
    ("constant", r"\b1\b(?=[;,)])", "2"),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change at one place."""

    ledger: str
    kind: str
    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """The source with the change."""
        return source[: self.start] + self.text + source[self.end :]

    def described(self, source: str) -> tuple[str, str, str, str]:
        """Where, which kind, what is replaced by what."""
        line = source.count("\n", 0, self.start) + 1
        before = " ".join(source[self.start : self.end].split())
        return f"{self.ledger}:{line}", self.kind, before, self.text.strip() or "nothing"


def mutants_of(ledger: str, source: str) -> list[Mutant]:
    """Every change that fits outside of comments and before the first line of code."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", lambda found: " " * len(found[0]), source, flags=re.DOTALL)
    begin = code.index("{", code.rindex("import ") if "import " in code else 0)
    begin = code.index("{", code.index(";", begin)) if "import " in code else begin
    return [
        Mutant(ledger=ledger, kind=kind, start=found.start(), end=found.end(), text=text)
        for kind, pattern, text in CHANGES
        for found in re.finditer(pattern, code)
        if found.start() > begin
    ]


def sample(ledgers: list[str], count: int, seed: int) -> list[Mutant]:
    """So many of all mutants, the same ones for the same seed."""
    chosen = random.Random(seed)  # noqa: S311 - a sample that is the same everywhere, nothing secret
    every = [
        mutant
        for ledger in ledgers
        for mutant in mutants_of(ledger, (ROOT / "contracts" / f"{ledger}.sol").read_text())
    ]
    return sorted(
        chosen.sample(every, min(count, len(every))),
        key=lambda mutant: (mutant.ledger, mutant.start, mutant.text),
    )


def prepare() -> None:
    """A copy of what forge needs; what it has compiled there stays for the next run."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("contracts", "tests/contracts", "tests/parity", "bench"):
        shutil.rmtree(PLACE / name, ignore_errors=True)
        shutil.copytree(ROOT / name, PLACE / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "foundry.toml", PLACE / "foundry.toml")
    for name in ("node_modules", "tools"):
        if not (PLACE / name).exists():
            (PLACE / name).symlink_to(ROOT / name)


def verdict(binary: str, mutant: Mutant, source: str) -> str:
    """Whether the tests of the ledger notice the change; only these are compiled, without the optimizer."""
    fewer = {
        "FOUNDRY_OPTIMIZER": "false",
        "FOUNDRY_FUZZ_RUNS": "32",
        "FOUNDRY_INVARIANT_RUNS": "4",
        "FOUNDRY_GAS_SNAPSHOT_CHECK": "false",
    }
    target = PLACE / "contracts" / f"{mutant.ledger}.sol"
    target.write_text(mutant.applied(source))
    try:
        run = subprocess.run(  # noqa: S603 - a fixed command
            [binary, "test", "--offline", "--fail-fast", "--match-path", LEDGERS[mutant.ledger]],
            cwd=PLACE,
            env=os.environ | fewer,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        target.write_text(source)
    if "Compilation failed" in run.stdout + run.stderr:
        return "does not compile"
    return "survived" if run.returncode == 0 else "killed"


def write_table(page: Path, rows: Sequence[Sequence[str]]) -> None:
    """Everything from the page's table on is what this run came to."""
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    words = page.read_text().partition(HEADER)[0]
    page.write_text(words + HEADER + "".join(f"| {line} |\n" for line in lines))


def main() -> int:
    """Print one line a mutant and the sum; 1 when one survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forge", required=True)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=LEDGERS, help="may be repeated")
    parser.add_argument("--page", type=Path, help="Markdown page whose table is written anew")
    options = parser.parse_args()
    prepare()
    binary = str((ROOT / options.forge).resolve()) if "/" in options.forge else options.forge
    counts = {"killed": 0, "survived": 0, "does not compile": 0}
    rows: list[tuple[str, ...]] = []
    for mutant in sample(options.only or list(LEDGERS), options.count, options.seed):
        source = (ROOT / "contracts" / f"{mutant.ledger}.sol").read_text()
        found = verdict(binary, mutant, source)
        counts[found] += 1
        where, kind, before, after = mutant.described(source)
        rows.append((f"`{where}`", kind, f"`{before}`", f"`{after}`", found))
        print(f"{found:<17}{where} {kind}: `{before}` -> `{after}`", flush=True)
    print(", ".join(f"{count} {found}" for found, count in counts.items()))
    if options.page is not None:
        write_table(options.page, rows)
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
