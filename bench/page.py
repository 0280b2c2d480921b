"""Writes what bench/results.json says into the marked parts of docs/performance.md: `python bench/page.py`.

`--check` writes nothing and fails if a part says something else.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import tables
from claims import CLAIMS
from growth import PLOTS
from kept import RESULTS, ROOT

PAGE: Final = ROOT / "docs" / "performance.md"
PART: Final = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end of measured -->)", re.DOTALL)


def write() -> None:
    PAGE.write_text(_filled(PAGE.read_text(), json.loads(RESULTS.read_text())))


def _filled(text: str, results: Mapping[str, Any]) -> str:
    def part(found: re.Match[str]) -> str:
        try:
            lines = "\n".join(PARTS[found[2]](results))
        except LookupError as error:
            lines = f"Not measured: {error}."
        return f"{found[1]}\n{lines}\n\n{found[3]}"

    return PART.sub(part, text)


def _machine(results: Mapping[str, Any]) -> Iterator[str]:
    machine = results["machine"]
    loads = [load for run in results["runs"] for load in run["load_before_and_after"]]
    yield (
        f"Machine: {machine['cores']} cores of {machine['cpu']}, Python {machine['python']}, "
        f"libsodium {machine['libsodium']}. Load (one minute's mean) before and after the benchmarks: "
        f"{min(loads):.1f} to {max(loads):.1f}."
    )
    failed = [run["benchmark"] for run in results["runs"] if run["failed"]]
    if failed:
        yield f"Failed in this run: {', '.join(failed)}."


def _claims(results: Mapping[str, Any]) -> Iterator[str]:
    yield from tables.head("what", "reach", "measured", "reached", "alone", right=())
    for claim in CLAIMS:
        try:
            value = claim.measure(results["rows"])
        except LookupError:
            measured, reached = tables.MISSING, ""
        else:
            measured, reached = claim.shown.format(value), "yes" if claim.reached(value) else "**no**"
        yield tables.line(claim.what, claim.reach, measured, reached, f"`make bench BENCH={claim.command}`")


def _plots(results: Mapping[str, Any]) -> Iterator[str]:
    found = [plot for plot in PLOTS if plot.panels(results["rows"])]
    for plot in found:
        yield f"![{plot.title}](plots/{plot.file})"
    if not found:
        yield "Not measured yet."


PARTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "machine": _machine,
    "claims": _claims,
    "plots": _plots,
    "others": tables.others,
    "primitive": tables.primitive,
    "privacy": tables.privacy,
    "prefixes": tables.prefixes,
    "lines": tables.lines,
    "rates": tables.rates,
    "sizing": tables.sizing,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    if not parser.parse_args().check:
        write()
        return 0
    text = PAGE.read_text()
    if (
        set(PARTS) == {name for _, name, _ in PART.findall(text)}
        and _filled(text, json.loads(RESULTS.read_text())) == text
    ):
        print(f"{PAGE.name} says what was measured.")
        return 0
    print(f"{PAGE.name} does not say what {RESULTS.name} says; renew it with `python bench/page.py`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
