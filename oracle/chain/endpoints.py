"""One node of the configuration and how it stands: what it answered last, and whether it may be asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from oracle.chain.errors import NodeUnreachable
from oracle.chain.node import Node
from oracle.domain.errors import Misconfigured, RiskmeshError
from oracle.domain.ids import BlockNumber
from oracle.domain.reports import EndpointReport, EndpointState

FIRST_REST_S = 0.5
LONGEST_REST_S = 15.0
LAGGING_BLOCKS = 8
"""A node this far behind another of our chain is asked only when there is no other."""

_log = structlog.get_logger("riskmesh.chain")


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """Rests after a failure, longer each time; set aside until it is seen to agree again."""

    node: Node
    own: bool
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    identified: bool = False
    """Whether it has been seen to serve our chain since it was last out of reach."""
    ever_identified: bool = False
    subscribed: bool = False
    head: BlockNumber | None = None
    behind: int = 0
    latency_s: float | None = None
    failures: int = 0
    fault: RiskmeshError | None = None
    """Why it is set aside or rests."""
    aside: bool = False
    _rest_until: float = 0.0

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def resting(self) -> bool:
        return self.failures > 0 and self.now() < self._rest_until

    @property
    def state(self) -> EndpointState:
        if self.aside:
            return EndpointState.SET_ASIDE
        if self.failures:
            return EndpointState.UNREACHABLE
        if self.behind > LAGGING_BLOCKS:
            return EndpointState.LAGGING
        return EndpointState.UNTRIED if self.head is None else EndpointState.USABLE

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Lowest first; what is equal goes by the order of the configuration."""
        resting = self.resting
        return resting, self.behind > LAGGING_BLOCKS, self._rest_until if resting else 0.0

    def answered(self) -> None:
        if self.failures:
            _log.info("node_answers_again", node=self.name, failures=self.failures)
        self.failures = 0
        if not self.aside:
            self.fault = None

    def failed(self, error: RiskmeshError) -> None:
        self.failures += 1
        self._rest_until = self.now() + min(LONGEST_REST_S, FIRST_REST_S * 2 ** min(self.failures - 1, 10))
        self.subscribed = False
        if isinstance(error, NodeUnreachable):
            self.identified = False  # what comes back at this address may be another node
        if not self.aside:
            self.fault = error

    def set_aside(self, error: RiskmeshError) -> None:
        """Said once, loudly: an operator has to know that one of the nodes is not of our chain."""
        if not self.aside:
            _log.error("node_set_aside", node=self.name, error=error)
        self.aside, self.fault = True, error
        self.identified = False

    def reinstate(self) -> None:
        if self.aside:
            _log.warning("node_agrees_again", node=self.name)
        self.aside, self.fault = False, None

    @property
    def operators_fault(self) -> Misconfigured | None:
        return self.fault if self.aside and isinstance(self.fault, Misconfigured) else None

    def report(self, *, in_use: bool) -> EndpointReport:
        lagging = self.state is EndpointState.LAGGING
        reason = f"It is {self.behind} blocks behind another node." if lagging else ""
        return EndpointReport(
            name=self.name,
            own=self.own,
            in_use=in_use,
            state=self.state,
            reason=str(self.fault) if self.fault is not None else reason,
            head_block=self.head,
            behind_blocks=self.behind,
            latency_ms=None if self.latency_s is None else round(self.latency_s * 1000),
            failures=self.failures,
            subscribed=self.subscribed,
        )
