"""The daemon's own health: what it is, how it sees the chain, what its rounds and its account are doing."""

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
class HeldReorganisation:
    """Final blocks that a node replaced; nothing is sent or answered until the operator has decided."""

    first_block: int
    """The oldest block replaced."""
    last_block: int
    """The newest one of those that the daemon had read."""
    depth: int
    """How many blocks of ours are gone."""
    finality_depth: int
    node: str
    """Whose history it is."""
    set_back: bool = False
    """Whether there is nothing in their place: the node's chain ends before them."""


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
    held: HeldReorganisation | None = None
    """None while no final block was replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLine:
    """What the operator account still has to bring to the chain."""

    account: str
    queued: int
    """Journalled and not signed yet."""
    sent: int
    """Signed and sent, not final yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """One kind of work that the daemon does again and again."""

    name: str
    running: int
    """How many of it are under way."""
    last_ended_at: int | None
    """Unix seconds; None before the first."""
    last_failure: str = ""
    """Code of what the last one met; empty when it met nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLine:
    """Which of a member's daemons leads: it alone sends, pays and publishes; all with the snapshot answer."""

    holder: str
    """Host, process and start of the one that leads; empty when nobody does at the moment."""
    token: int
    """Grows whenever the lease changes hands."""
    here: bool
    """Whether it is this daemon."""


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
    lane: LaneLine | None = None
    lease: LeaseLine | None = None
    """None for a member's only daemon."""
    rounds: tuple[RoundLine, ...] = ()
    """Empty while this institution is not a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether this daemon can do its work now."""

    reasons: tuple[str, ...]
    """Why not, each in a sentence; none when it is ready."""

    @property
    def ready(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsText:
    """The daemon's figures."""

    text: str
    """In the text format of Prometheus, as the metrics listener serves it."""
