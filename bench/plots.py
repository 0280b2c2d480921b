"""Draws how times grow, from what bench/results.json has kept: `python bench/plots.py`."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from growth import PLOTS, Plot, Point, digest
from kept import RESULTS, ROOT
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

PLACE: Final = ROOT / "docs" / "plots"
POINTS_IN: Final = "Description"
"""The part of a picture that has the digest of its points: whoever compares needs no picture."""
STYLES: Final = (("#1b7f5c", "-"), ("#b3261e", "--"), ("#5b6470", ":"), ("#c58b00", "-."))
WORDS: Final = {"ms": "milliseconds", "bytes": "bytes", "/s": "a second"}


def draw(results: Path) -> list[Path]:
    """Every plot whose points are there, beside the documents if they are the committed ones."""
    rows = json.loads(results.read_text())["rows"]
    place = PLACE if results == RESULTS else results.parent / "plots"
    return list(_drawn(rows, place))


def _drawn(rows: Sequence[Mapping[str, Any]], place: Path) -> Iterator[Path]:
    mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False})
    for plot in PLOTS:
        panels = plot.panels(rows)
        if panels:
            place.mkdir(parents=True, exist_ok=True)
            figure = Figure(figsize=(5.4 * len(panels), 4.0), dpi=120, layout="constrained")
            figure.suptitle(plot.title)
            for axes, (unit, lines) in zip(
                figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True
            ):
                _panel(axes, plot, unit, lines)
            picture = place / plot.file
            figure.savefig(picture, metadata={"Software": None, POINTS_IN: digest(panels)})
            yield picture


def _panel(axes: Axes, plot: Plot, unit: str, lines: Mapping[str, Sequence[Point]]) -> None:
    for (name, points), (colour, style) in zip(lines.items(), STYLES, strict=False):
        across, up = zip(*sorted(points), strict=True)
        axes.plot(across, up, color=colour, linestyle=style, linewidth=2.0, marker="o", label=name)
    axes.set(xlabel=plot.label, ylabel=WORDS[unit])
    if "x" in plot.logarithmic:
        axes.set_xscale("log")
    if "y" in plot.logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    else:
        axes.set_ylim(0, 1.1 * max(up for points in lines.values() for _, up in points))
    axes.set_xticks(sorted({across for points in lines.values() for across, _ in points}))
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_number))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)


def _number(value: float, _: object) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def stale(results: Path) -> list[str]:
    """Committed pictures whose points are not those of the results."""
    rows = json.loads(results.read_text())["rows"]
    expected = {plot.file: digest(panels) for plot in PLOTS if (panels := plot.panels(rows))}
    found = {picture.name: _points_of(picture) for picture in PLACE.glob("*.png")}
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def _points_of(picture: Path) -> str:
    """The text that `savefig` was told to keep: a chunk of its own, before the pixels."""
    head = picture.read_bytes().partition(b"IDAT")[0]
    text = head.partition(f"tEXt{POINTS_IN}\0".encode())[2]
    return text[: hashlib.sha256().digest_size * 2].decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="what to draw (%(default)s)")
    parser.add_argument("--check", action="store_true", help="only compare what is committed")
    given = parser.parse_args()
    if given.check:
        wrong = stale(given.results)
        print(f"not the points of {RESULTS.name}: {', '.join(wrong)}" if wrong else "The plots are fresh.")
        return 1 if wrong else 0
    for picture in draw(given.results.resolve()):
        print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
