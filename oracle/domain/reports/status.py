"""The daemon's own health in one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStatus:
    """How the daemon sees the chain."""

    chain_id: int
    reachable: bool
    head_block: int
    """Newest block the node reports."""
    cursor_block: int
    """Last block whose events are journalled."""


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
