"""Draws a member's score and entitlement over its last epochs; needs matplotlib, which is an extra."""

from importlib import import_module
from pathlib import Path
from typing import ClassVar

from oracle.cli.errors import UsageWrong
from oracle.domain.errors import Misconfigured
from oracle.domain.reports import QualityReport


class PlotterMissing(Misconfigured):
    """Pictures are drawn with matplotlib, which a daemon does not need."""

    code: ClassVar[str] = "plotter_missing"


def draw(report: QualityReport, picture: Path) -> None:
    """Write a PNG: the score with that of each category, and the entitlement."""
    try:
        figure = import_module("matplotlib.figure").Figure(figsize=(10, 4.2), dpi=120, layout="constrained")
    except ImportError as error:
        raise PlotterMissing("matplotlib is not installed. Install riskmesh[plot].") from error
    score, entitlement = figure.subplots(1, 2)
    epochs = [one.epoch for one in report.epochs]
    score.plot(epochs, [one.score_bps / 100 for one in report.epochs], linewidth=2.0, label="all")
    for place, part in enumerate(report.line.categories):
        values = [one.categories[place].score_bps / 100 for one in report.epochs]
        score.plot(epochs, values, linestyle="--", label=part.category)
    entitlement.plot(epochs, [one.entitlement for one in report.epochs], linewidth=2.0)
    who = report.line.name or f"member {report.line.member_id}"
    score.set(title=f"Score of {who}", xlabel="epoch", ylabel="%", ylim=(0, 100))
    score.legend(frameon=False)
    entitlement.set(title="Entitlement", xlabel="epoch", ylabel="elements an epoch")
    entitlement.set_ylim(bottom=0)
    try:
        figure.savefig(picture, format="png", metadata={"Software": None})
    except OSError as error:
        raise UsageWrong(f"Cannot write {picture}: {error.strerror}. Give another name.") from error
