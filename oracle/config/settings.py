"""The settings of one institution as immutable values: paths are absolute, numbers within their range."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from oracle.config.limits import LimitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketAddress:
    """A host name or address and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class LogLevel(IntEnum):
    """The numbers of the standard library's levels."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class LogFormat(StrEnum):
    """For people or for collectors."""

    CONSOLE = "console"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSettings:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    folder: Path
    passphrase_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSettings:
    rpc: tuple[str, ...] = field(repr=False)
    """Nodes in order of preference. A URL may carry credentials, so it is not shown."""
    deployment: Path
    poll_interval_s: float
    gas_price_wei: int | None
    """None: ask the node."""
    max_gas_price_wei: int | None
    """None: no limit."""
    replace_after_s: float
    """After this long a transaction that is not mined is offered again, dearer where there are prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    url: str = field(repr=False)
    """SQLAlchemy URL; it may carry a password, so it is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSettings:
    folder: Path
    publish_interval_s: int
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSettings:
    listen: SocketAddress
    endpoint: str
    """The https URL that the other members reach; it stands in the registry."""
    allow_private_endpoints: bool
    allowed_networks: tuple[IPv4Network | IPv6Network, ...]
    """Networks that are not public and on which members may be called all the same."""
    timeout_s: float
    max_concurrent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixSocket:
    """The local interface behind a socket file; the file's mode says who may use it."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Loopback:
    """The local interface on a loopback port; whoever shows the token may use it."""

    address: SocketAddress
    token_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    listen: UnixSocket | Loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    redeem_min_amount: int
    """Credits; smaller sums wait until `redeem_max_age_s`."""
    redeem_max_age_s: int
    redeem_at_epoch_end: bool
    """Whatever the amount, so that hits of an epoch can be rated in it."""
    rate_together: int
    """Ratings that wait for each other; before an epoch ends all of them are sent."""
    default_purpose: int
    default_deadline_s: int
    carry_through_proposals: bool
    """Queue and execute proposals that the vote has passed."""
    decoys_percent: int
    """Of own elements in a day, how many may be asked about for auditors; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressSettings:
    serve: bool
    """Answer express requests of others."""
    min_score_bps: int
    """Of members with at least this score."""
    default_deadline_ms: int
    anchor_batches: int
    """Own express batches are anchored when so many wait,"""
    anchor_age_s: int
    """or once the oldest has waited so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSettings:
    automatic: bool
    """Open a dispute over a disclosure that is wrong or does not come, without being told to."""
    unanswered_after_s: int
    """How long a receipt may stay unanswered after the claim window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    level: LogLevel
    format: LogFormat
    file: Path
    file_mib: int
    """Size at which the file is put aside; 0 writes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    listen: SocketAddress | None
    """A loopback address for Prometheus; None serves no metrics there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything in `riskmesh.toml`."""

    home: Path
    """The folder of the file; relative paths in it start here."""
    member: MemberSettings
    keys: KeySettings
    chain: ChainSettings
    store: StoreSettings
    dataset: DatasetSettings
    peer: PeerSettings
    api: ApiSettings
    policy: PolicySettings
    express: ExpressSettings
    disputes: DisputeSettings
    limits: LimitSettings
    log: LogSettings
    metrics: MetricsSettings
