"""Figures that are looked up when they are asked for, beside those that rooms count as they work."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from oracle.crypto.tls import valid_until
from oracle.domain.ids import MemberId
from oracle.domain.reports import EndpointState, Readiness, StatusReport
from oracle.store.anchors import AnchorJournal
from oracle.store.census import Census
from oracle.telemetry.metrics import REGISTRY
from oracle.wiring.foundation import Foundation
from oracle.wiring.insight import Figures, Insight, owed_to

SERVING: Final = frozenset({EndpointState.USABLE, EndpointState.UNTRIED})
ROWS_KEPT_S: Final = 60.0
"""Counting all rows reads the store: not at every scrape."""


class _Taken(Collector):
    """Families that were put together just now."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


class Gauges:
    """Names and meanings stand in docs/operations.md; a test holds the two together."""

    def __init__(self, base: Foundation, census: Census) -> None:
        self._base = base
        self._census = census
        self._rows: dict[str, int] = {}
        self._rows_until = 0.0

    async def text(self, report: StatusReport, ready: Readiness, insight: Insight | None) -> str:
        """Everything in the text format of Prometheus."""
        families = [
            *self._of_status(report, ready),
            *await self._of_store(),
            *await self._of_member(insight),
        ]
        now = CollectorRegistry()
        now.register(_Taken(families))
        return (generate_latest(REGISTRY) + generate_latest(now)).decode()

    def _of_status(self, report: StatusReport, ready: Readiness) -> Iterator[Metric]:
        info = GaugeMetricFamily("riskmesh_info", "The daemon's version.", labels=("version",))
        info.add_metric((report.version,), 1)
        yield info
        chain = report.chain
        yield _one("riskmesh_up_seconds", "Time since the daemon's start.", report.uptime_s)
        yield _one("riskmesh_ready", "1 when /readyz says so.", int(ready.ready))
        yield _one("riskmesh_problems", "Problems that the status names.", len(report.problems))
        yield _one(
            "riskmesh_reorganisation_held",
            "1 while a reorganisation of final blocks waits for the operator.",
            int(chain.held is not None),
        )
        yield _one(
            "riskmesh_leads",
            "1 on the daemon that sends, pays and publishes for its member.",
            int(report.lease is None or report.lease.here),
        )
        yield _one("riskmesh_chain_reachable", "1 when a node answers.", int(chain.reachable))
        yield _one("riskmesh_chain_head_block", "Newest block of the node.", chain.head_block)
        yield _one("riskmesh_chain_cursor_block", "Last block that was read.", chain.cursor_block)
        yield _one(
            "riskmesh_chain_head_timestamp_seconds",
            "Time of the newest block read, unix seconds.",
            self._base.clock.chain_time(),
        )
        usable = GaugeMetricFamily("riskmesh_node_usable", "1 while a node may be asked.", labels=("node",))
        behind = GaugeMetricFamily(
            "riskmesh_node_behind_blocks", "Blocks behind the highest head of the nodes.", labels=("node",)
        )
        for node in chain.endpoints:
            usable.add_metric((node.name,), int(node.state in SERVING))
            behind.add_metric((node.name,), node.behind_blocks)
        yield usable
        yield behind
        yield _one("riskmesh_balance_credits", "Credits of this member on the chain.", report.balance)
        yield _one(
            "riskmesh_published_sequence", "Newest published snapshot.", report.published_sequence or 0
        )
        standing = report.member_id is not None and self._base.view.in_standing(MemberId(report.member_id))
        yield _one("riskmesh_in_standing", "1 while this member may ask and be asked.", int(standing))
        yield _one(
            "riskmesh_certificate_expires_timestamp_seconds",
            "End of the TLS certificate, unix seconds.",
            int(valid_until(self._base.keyring.certificate).timestamp()),
        )

    async def _of_store(self) -> Iterator[Metric]:
        states = await self._census.states()
        family = GaugeMetricFamily(
            "riskmesh_journal_rows", "Rows of a journal by their state.", labels=("journal", "state")
        )
        for (journal, state), number in states.items():
            family.add_metric((journal, state), number)
        depth = sum(states.get(("transactions", state), 0) for state in ("queued", "sent"))
        if time.monotonic() >= self._rows_until:
            self._rows = await self._census.rows()
            self._rows_until = time.monotonic() + ROWS_KEPT_S
        rows = GaugeMetricFamily("riskmesh_store_rows", "Rows of a table of the store.", labels=("table",))
        for table, number in self._rows.items():
            rows.add_metric((table,), number)
        return iter(
            (
                family,
                _one("riskmesh_lane_depth", "Transactions that are not final yet.", depth),
                rows,
                *_disk(self._base.settings.home, self._base.settings.dataset.folder),
            )
        )

    async def _of_member(self, insight: Insight | None) -> Iterator[Metric]:
        figures, failing, owed = Figures(records=0, unpublished=0), 0, 0
        batches, decided = await AnchorJournal(self._base.database).waiting()
        if insight is not None:
            figures, failing = await insight.figures(), insight.contacts.failing()
        me = self._base.member_id()
        if me is not None:
            owed = await owed_to(me, self._base)
        against, made = self._reports(me)
        unproven, _ = await self._census.unproven()
        return iter(
            (
                _one("riskmesh_records", "Records of the own dataset.", figures.records),
                _one("riskmesh_unpublished_changes", "Records not published yet.", figures.unpublished),
                _one("riskmesh_peers_failing", "Members that the newest call did not reach.", failing),
                _one("riskmesh_express_unanchored_batches", "Own express batches in no anchor.", batches),
                _one("riskmesh_anchors_pending", "Anchors decided and not on the chain.", decided),
                _one(
                    "riskmesh_express_unproven_batches",
                    "Express batches of others answered without a proven anchor.",
                    unproven,
                ),
                _one("riskmesh_reports_against_open", "Open reports of own express batches.", against),
                _one("riskmesh_reports_made_open", "Open reports that this member made.", made),
                _one("riskmesh_vouchers_unredeemed_credits", "Received and not paid on the chain.", owed),
            )
        )

    def _reports(self, me: MemberId | None) -> tuple[int, int]:
        if me is None:
            return 0, 0
        anchors = self._base.view.anchors
        return len(anchors.open_reports_on(me)), len(anchors.open_reports_by(me))


def _disk(home: Path, dataset: Path) -> Iterator[Metric]:
    free = GaugeMetricFamily("riskmesh_disk_free_bytes", "Free where it lies.", labels=("place",))
    used = GaugeMetricFamily("riskmesh_disk_used_bytes", "Size of the files.", labels=("place",))
    for place, folder in (("home", home), ("dataset", dataset)):
        if folder.is_dir():
            free.add_metric((place,), shutil.disk_usage(folder).free)
    for place, folder in (("data", home / "data"), ("dataset", dataset)):
        used.add_metric(
            (place,), sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())
        )
    yield free
    yield used


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
