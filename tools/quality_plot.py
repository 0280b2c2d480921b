"""Draws score and entitlement of the members of `quality_story.py` over its epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

STYLES = {
    "good": ("#1b7f5c", "-"),
    "stale": ("#c58b00", "--"),
    "spamming": ("#b3261e", "-."),
    "free-riding": ("#5b6470", ":"),
}


def draw(rows: Mapping[str, Sequence[Mapping[str, int]]], picture: Path) -> None:
    """Writes a PNG that depends on the numbers alone."""
    mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False})
    figure = Figure(figsize=(10, 4.2), dpi=120, layout="constrained")
    score, entitlement = figure.subplots(1, 2)
    for name, line in rows.items():
        colour, style = STYLES[name]
        epochs = range(len(line))
        plain = {"color": colour, "linestyle": style, "linewidth": 2.0, "label": name}
        score.plot(epochs, [row["score_bps"] / 100 for row in line], **plain)
        entitlement.plot(epochs, [row["entitlement"] for row in line], **plain)
    score.set(title="Score", xlabel="epoch", ylabel="%", ylim=(0, 100), xlim=(0, 30))
    entitlement.set(title="Entitlement", xlabel="epoch", ylabel="elements an epoch", xlim=(0, 30))
    entitlement.set_ylim(bottom=0)
    entitlement.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for axes in (score, entitlement):
        axes.grid(alpha=0.25)
    score.legend(frameon=False, loc="upper right", ncols=2)
    figure.savefig(picture, metadata={"Software": None})
