"""The figures that rooms count while they work, one registry a process; docs/operations.md explains each.

Labels come from short lists of this program's own: codes, stages, methods, nodes of the configuration. None
names a member or a subject, so neither can be read off a graph, and no peer can make the lists grow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

# A series beside each that nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library does not annotate it
REGISTRY: Final = CollectorRegistry()
_SHORT: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_LONG: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

RPC_SECONDS: Final = Histogram(
    "riskmesh_rpc_seconds",
    "Duration of a call to a node, answered or not.",
    ("node", "method"),
    registry=REGISTRY,
    buckets=_SHORT,
)
RPC_ERRORS: Final = Counter(
    "riskmesh_rpc_errors",
    "Calls that a node did not answer as it should, by our code of the error.",
    ("node", "code"),
    registry=REGISTRY,
)
STAGE_SECONDS: Final = Histogram(
    "riskmesh_stage_seconds",
    "Duration of one step of a batch's way; docs/operations.md lists the stages.",
    ("stage",),
    registry=REGISTRY,
    buckets=_LONG,
)
ROUND_SECONDS: Final = Histogram(
    "riskmesh_round_seconds",
    "Duration of one round of the daemon's work.",
    ("round",),
    registry=REGISTRY,
    buckets=_LONG,
)
ROUND_FAILURES: Final = Counter(
    "riskmesh_round_failures",
    "Rounds that met an error and will be tried again.",
    ("round", "code"),
    registry=REGISTRY,
)
REFUSED: Final = Counter(
    "riskmesh_refused",
    "Batches, replies and receipts that were refused, by who said no and the published reason.",
    ("by", "reason"),
    registry=REGISTRY,
)
PEER_ANSWERS: Final = Counter(
    "riskmesh_peer_answers",
    "What other members' calls were answered with: served, or the code of the refusal.",
    ("code",),
    registry=REGISTRY,
)
PEER_CALLS: Final = Counter(
    "riskmesh_peer_calls",
    "Calls to other members: answered, or the code of what went wrong.",
    ("code",),
    registry=REGISTRY,
)
EVENTS: Final = Counter(
    "riskmesh_log_events",
    "Warnings and errors logged, by their fixed text, whatever the configured level.",
    ("level", "event"),
    registry=REGISTRY,
)
LOOP_LAG: Final = Histogram(
    "riskmesh_loop_lag_seconds",
    "How much later than due the event loop came back to a waiting task.",
    registry=REGISTRY,
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
LOOP_LAG_WORST: Final = Gauge(
    "riskmesh_loop_lag_worst_seconds",
    "The worst lag of the event loop in the last minute.",
    registry=REGISTRY,
)


@contextmanager
def timed_stage(stage: str) -> Iterator[None]:
    """Observes how long the block took, unless it raises: what failed is tried again and counted then."""
    began = monotonic()
    yield
    STAGE_SECONDS.labels(stage).observe(monotonic() - began)
