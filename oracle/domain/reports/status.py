"""The daemon's own health in one value."""

from dataclasses import dataclass
from enum import StrEnum


class EndpointState(StrEnum):
    """What may be asked of a node."""

    UNTRIED = "untried"
    USABLE = "usable"
    LAGGING = "lagging"
    """Used when no other is: it has not got the newest blocks yet."""
    UNREACHABLE = "unreachable"
    """Did not answer, or not sensibly; tried again by itself."""
    SET_ASIDE = "set_aside"
    """Of another chain or branch, or refuses us: not used until it agrees again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReport:
    """One node of `chain.rpc`."""

    name: str
    """Host and port; never the whole address, which may carry credentials."""
    own: bool
    """The first one of the configuration."""
    in_use: bool
    """Whether the next question goes to it."""
    state: EndpointState
    reason: str
    """What is wrong with it; empty when it is usable."""
    head_block: int | None
    """Its newest block when it was last looked at."""
    behind_blocks: int
    """Of the highest head among the nodes of our chain."""
    latency_ms: int | None
    """Of the last look."""
    failures: int
    """In a row."""
    subscribed: bool
    """New blocks are announced by it; otherwise it is polled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStatus:
    """How the daemon sees the chain."""

    chain_id: int
    reachable: bool
    head_block: int
    """Newest block the node reports."""
    cursor_block: int
    """Last block whose events are journalled."""
    endpoints: tuple[EndpointReport, ...] = ()
    """Every node of the configuration, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What an operator looks at first."""

    version: str
    """Of the daemon."""
    name: str
    """The institution's, from its configuration."""
    member_id: int | None
    """None while the registry does not know this institution."""
    member_status: str
    """Its status in the registry; `unknown` when not registered."""
    uptime_s: int
    chain: ChainStatus
    records: int
    published_sequence: int | None
    balance: int
    open_queries: int
    """Asked by this institution and not yet final."""
    open_answers: int
    """Batches of others that are still to be answered."""
    problems: tuple[str, ...] = ()
    """What needs attention, each saying what to do."""
