"""Breaks the ledgers on purpose, one small change at a time, and says which of a sample the tests notice.

The changes are those that mistakes look like: another operator, another bound, a check that is gone, a
constant. Each mutant is compiled and tested in a copy of the contracts under build/mutants. Another one takes
the place of one that does not compile; one that no test notices makes the run fail. `--page docs/mutants.md`
writes the table of a run below the page's words.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
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
UNCOMPILED = "does not compile"
HEADER = "| place | kind | code | became | tests |\n| --- | --- | --- | --- | --- |\n"
NOTHING = "{}"
"""In the place of a statement, also of one that an `else` follows."""
TOKENS: tuple[tuple[str, str, str], ...] = (
    ("bound", r" <= ", " < "),
    ("bound", r" >= ", " > "),
    ("bound", r" < ", " <= "),
    ("bound", r" > ", " >= "),
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("logic", r" && ", " || "),
    ("logic", r" \|\| ", " && "),
    ("arithmetic", r" \+ ", " - "),
    ("arithmetic", r" - ", " + "),
    ("arithmetic", r" \* ", " / "),
    ("arithmetic", r" / ", " * "),
    ("arithmetic", r" \+= ", " -= "),
    ("arithmetic", r" -= ", " += "),
    ("arithmetic", r" \+= ", " = "),
    ("check gone", r"\bonlyRole\(\w+\)", ""),
    ("check gone", r"\bonlyAuditor\b(?= )", ""),
    # No number but nought becomes bytes without a cast.
    ("constant", r"(?<!bytes32\()(?<!bytes4\()\b0\b(?=[;,)])", "1"),
    ("constant", r"(?<=bytes32\()0(?=\))", "uint256(1)"),
    ("constant", r"(?<=bytes4\()0(?=\))", "uint32(1)"),
    ("constant", r"\b1\b(?=[;,)])", "2"),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
)
PLACE_OF_VALUE = r"\w[\w.\[\]]*"
STATEMENTS: tuple[tuple[str, str], ...] = (
    ("check gone", r"_require\w*\([^;{}]*\);"),
    ("effect gone", rf"{PLACE_OF_VALUE} = [^;]*;"),
    ("effect gone", rf"\((?:{PLACE_OF_VALUE}, )*{PLACE_OF_VALUE}\) = [^;]*;"),
    ("effect gone", r"delete [^;]*;"),
    ("effect gone", r"emit [^;]*;"),
)
ONE_COMPARISON = re.compile(r"[^&|]* [=!]= [^&|]*")
"""Turned round by its operator."""
BODY_OF_A_CHECK = re.compile(r"\s*(?:(?:revert|return) [^;{}]*;|\{\s*(?:revert|return) [^;{}]*;\s*\})")


Change = tuple[str, int, int, str]
"""Kind, begin, end, and what comes there."""


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
        after = " ".join(self.text.removesuffix(NOTHING).split())
        return f"{self.ledger}:{line}", self.kind, before, after or "nothing"


def mutants_of(ledger: str, source: str) -> list[Mutant]:
    """Every change that fits outside of comments, strings and before the first line of code."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"", _blanked, source, flags=re.DOTALL)
    begin = code.index("{", code.rindex("import ") if "import " in code else 0)
    begin = code.index("{", code.index(";", begin)) if "import " in code else begin
    changes = (*_of_tokens(code), *_of_statements(code), *_of_conditions(code, source))
    return [
        Mutant(ledger=ledger, kind=kind, start=start, end=end, text=text)
        for kind, start, end, text in changes
        if start > begin
    ]


def _blanked(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _of_tokens(code: str) -> Iterator[Change]:
    for kind, pattern, text in TOKENS:
        for found in re.finditer(pattern, code):
            line = code[code.rfind("\n", 0, found.start()) + 1 : found.start()]
            # A constant is computed exactly while it is compiled: not every quotient is a whole number.
            if kind != "arithmetic" or " constant " not in line:
                yield kind, found.start(), found.end(), text


def _of_statements(code: str) -> Iterator[Change]:
    """What begins a statement and is no declaration."""
    for kind, pattern in STATEMENTS:
        for found in re.finditer(rf"(?<![\w.]){pattern}", code):
            before = code[: found.start()].rstrip()
            # A reference that is returned has to be assigned.
            reference = rf"\b(?:storage|calldata) {re.escape(found[0].split(' ')[0])}\b"
            begins = before.endswith((";", "{", "}", ")", " else")) and found[0].count("(") == found[0].count(
                ")"
            )
            if begins and not re.search(reference, code):
                yield kind, found.start(), found.end(), NOTHING


def _of_conditions(code: str, source: str) -> Iterator[Change]:
    """Each condition turned round; and gone with what it guards, where that only refuses or returns."""
    for found in re.finditer(r"\bif \(", code):
        opened, closed = found.end(), _closing(code, found.end())
        if not ONE_COMPARISON.fullmatch(code, opened, closed):
            yield "logic", opened, closed, f"!({source[opened:closed]})"
        body = BODY_OF_A_CHECK.match(code, closed + 1)
        if body is not None:
            yield "check gone", found.start(), body.end(), NOTHING


def _closing(code: str, inside: int) -> int:
    """Where the parenthesis closes that has been opened before `inside`."""
    depth = 1
    for place in range(inside, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    raise ValueError("a parenthesis is not closed")


def shuffled(ledgers: list[str], seed: int) -> list[Mutant]:
    """All mutants, in the same order for the same seed and sources."""
    every = [
        mutant
        for ledger in ledgers
        for mutant in mutants_of(ledger, (ROOT / "contracts" / f"{ledger}.sol").read_text())
    ]
    random.Random(seed).shuffle(every)  # noqa: S311 - an order that is the same everywhere, nothing secret
    return every


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
        return UNCOMPILED
    return "survived" if run.returncode == 0 else "killed"


def write_table(page: Path, rows: Sequence[Sequence[str]]) -> None:
    """Everything from the page's table on is what this run came to."""
    rows = sorted(rows, key=lambda row: (row[0].partition(":")[0], int(row[0].partition(":")[2].rstrip("`"))))
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
    counts = {"killed": 0, "survived": 0, UNCOMPILED: 0}
    rows: list[tuple[str, ...]] = []
    for mutant in shuffled(options.only or list(LEDGERS), options.seed):
        if len(rows) == options.count:
            break
        source = (ROOT / "contracts" / f"{mutant.ledger}.sol").read_text()
        found = verdict(binary, mutant, source)
        counts[found] += 1
        where, kind, before, after = mutant.described(source)
        if found != UNCOMPILED:
            rows.append((f"`{where}`", kind, f"`{before}`", f"`{after}`", found))
        print(f"{found:<17}{where} {kind}: `{before}` -> `{after}`", flush=True)
    print(", ".join(f"{count} {found}" for found, count in counts.items()))
    if options.page is not None:
        write_table(options.page, rows)
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
