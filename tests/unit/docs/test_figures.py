"""Every figure is served, explained and rightly named: alerts, dashboard and document agree with the code."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from stage.consortium import Consortium

from oracle.domain.reports import EndpointReport, EndpointState, HeldReorganisation
from oracle.wiring.status import StatusDesk

ROOT = Path(__file__).resolve().parents[3]
NAME = re.compile(r"\briskmesh_[a-z_]+")
SUFFIXES = ("_bucket", "_sum", "_count")


class OneNode:
    def report(self) -> tuple[EndpointReport, ...]:
        return (
            EndpointReport(
                name="127.0.0.1:8545",
                own=True,
                in_use=True,
                state=EndpointState.USABLE,
                reason="",
                head_block=1,
                behind_blocks=0,
                latency_ms=1,
                failures=0,
                subscribed=False,
            ),
        )


def _desk(consortium: Consortium) -> StatusDesk:
    return StatusDesk(replace(consortium[1].base, connection=OneNode()))


@pytest.fixture
async def figures(consortium: Consortium) -> dict[str, Any]:
    """What a daemon serves, by name."""
    text = (await _desk(consortium).metrics()).text
    return {family.name: family for family in text_string_to_metric_families(text)}


def _base_names(text: str) -> set[str]:
    """As the families are called: without what the format adds."""
    found = set()
    for name in NAME.findall(text):
        for suffix in (*SUFFIXES, "_total"):
            name = name.removesuffix(suffix)  # noqa: PLW2901 - one after the other
        found.add(name)
    return found


def _rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((ROOT / "deploy/prometheus/riskmesh.rules.yml").read_text())
    return [rule for group in loaded["groups"] for rule in group["rules"]]


async def test_alerts__every_figure_in_them__is_served(figures: dict[str, Any]) -> None:
    used = _base_names(" ".join(rule["expr"] for rule in _rules()))

    assert len(used) > 10
    assert used - figures.keys() == set()


def test_alerts__all_of_them__have_a_severity_and_a_summary_and_a_row_in_the_document(
    table: Callable[[str, str, str], list[dict[str, str]]],
) -> None:
    rows = {row["alert"].strip("`"): row for row in table("docs/operations.md", "alert", "means")}

    assert {rule["alert"] for rule in _rules()} == rows.keys()
    assert all(row["means"] and row["what to do"] for row in rows.values())
    for rule in _rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))


async def test_dashboard__every_figure_in_it__is_served_and_every_panel_has_its_place(
    figures: dict[str, Any],
) -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/riskmesh.json").read_text())
    panels = dashboard["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]

    assert _base_names(" ".join(queries)) - figures.keys() == set()
    assert all(query.count("(") == query.count(")") and 'job="$job"' in query for query in queries)
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


async def test_document__its_table_of_figures__is_what_is_served(
    figures: dict[str, Any], table: Callable[[str, str, str], list[dict[str, str]]]
) -> None:
    named = {
        "riskmesh_" + name.strip(" `")
        for row in table("docs/operations.md", "figure", "is")
        for name in row["figure"].split(",")
    }

    assert named == figures.keys()


def test_document__its_table_of_causes__has_every_code_that_something_waits_for(
    table: Callable[[str, str, str], list[dict[str, str]]],
) -> None:
    sources = [(ROOT / "oracle" / room / "waiting.py").read_text() for room in ("rules", "wiring")]
    codes = {code for source in sources for code in re.findall(r'code="([a-z_]+)"', source)}
    rows = table("docs/operations.md", "code", "means")
    listed = {name.strip(" `") for row in rows for name in row["code"].split(",")}

    assert listed == codes


async def test_figures__all_of_them__have_help_and_short_labels(figures: dict[str, Any]) -> None:
    labels = {label for family in figures.values() for sample in family.samples for label in sample.labels}

    assert all(family.documentation.endswith(".") for family in figures.values())
    assert labels <= {
        *("node", "method", "code", "stage", "round", "by", "reason", "level", "event", "le"),
        *("journal", "state", "table", "place", "version"),
    }


async def test_figures__of_a_member_with_a_query_asked__count_it(consortium: Consortium) -> None:
    await consortium[1].submit("a.example")

    text = (await _desk(consortium).metrics()).text

    assert 'riskmesh_journal_rows{journal="batches",state="prepared"} 1.0' in text
    assert "a.example" not in text


async def test_figures__while_a_reorganisation_is_held__say_so_and_nothing_is_ready(
    consortium: Consortium,
) -> None:
    base = replace(consortium[1].base, connection=OneNode())
    base.hold.current = HeldReorganisation(
        first_block=3, last_block=9, depth=7, finality_depth=2, node="127.0.0.1:8545"
    )
    desk = StatusDesk(base)

    assert "riskmesh_reorganisation_held 1.0" in (await desk.metrics()).text
    assert any("Final blocks were replaced" in reason for reason in (await desk.readiness()).reasons)


def test_stages__of_the_histogram__are_all_explained() -> None:
    timed = re.compile(r'(?:timed_stage|STAGE_SECONDS\.labels)\("(\w+)"\)')
    stages = {stage for path in (ROOT / "oracle").rglob("*.py") for stage in timed.findall(path.read_text())}
    text = (ROOT / "docs" / "operations.md").read_text()
    sentence = text[text.index("`stage_seconds` has the stages") :].split("\n\n", 1)[0]

    assert set(re.findall(r"`(\w+)`", sentence)) - {"stage_seconds"} == stages
