"""Reads `riskmesh.toml` once, into settings; what is unknown, missing or out of range stops the start."""

import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from oracle.config.addresses import (
    is_endpoint,
    is_loopback,
    is_rpc,
    network,
    socket_address,
    store_url,
)
from oracle.config.errors import ConfigurationUnreadable, UnknownSetting
from oracle.config.limits import read_limits
from oracle.config.settings import (
    ApiSettings,
    ChainSettings,
    DatasetSettings,
    DisputeSettings,
    ExpressSettings,
    KeySettings,
    LogFormat,
    LogLevel,
    LogSettings,
    Loopback,
    MemberSettings,
    MetricsSettings,
    PeerSettings,
    PolicySettings,
    Settings,
    SocketAddress,
    StoreSettings,
    UnixSocket,
)
from oracle.config.table import Table
from oracle.rules.express import LONGEST_S, SHORTEST_MS

TABLES = (
    "member",
    "keys",
    "chain",
    "store",
    "dataset",
    "peer",
    "api",
    "policy",
    "express",
    "disputes",
    "limits",
    "log",
    "metrics",
)
DAY_S = 86_400
MAX_SOCKET_PATH = 107
"""Linux keeps a Unix socket's path in 108 bytes with its end mark."""


def load_settings(path: Path) -> Settings:
    """Read the file at `path`. Raises one of `oracle.config.errors`."""
    return parse_settings(read_document(path), path=path)


def read_document(path: Path) -> str:
    """The text of a configuration."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError as error:
        remedy = "Run riskmesh init to make one, or name another with --config."
        raise ConfigurationUnreadable(path, "there is no such file", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        remedy = "It must be a UTF-8 text file that this account may read."
        raise ConfigurationUnreadable(path, type(error).__name__, remedy) from error


def read_tables(document: str, names: tuple[str, ...], *, path: Path) -> tuple[Path, dict[str, Table]]:
    """The folder of a configuration, and its tables by name; one of another name stops the start."""
    try:
        values = tomllib.loads(document)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationUnreadable(path, str(error), "Mend that place; texts need quotes.") from error
    home = path.absolute().parent
    for name, content in values.items():
        if name not in names or not isinstance(content, dict):
            raise UnknownSetting(name, names)
    return home, {name: Table(name=name, values=values.get(name, {}), home=home) for name in names}


def parse_settings(document: str, *, path: Path) -> Settings:
    """Read the text of a configuration that lies at `path`. Raises one of `oracle.config.errors`."""
    home, tables = read_tables(document, TABLES, path=path)
    settings = Settings(
        home=home,
        member=_member(tables["member"]),
        keys=read_keys(tables["keys"]),
        chain=read_chain(tables["chain"]),
        store=read_store(tables["store"], home),
        dataset=_dataset(tables["dataset"]),
        peer=_peer(tables["peer"]),
        api=_api(tables["api"]),
        policy=_policy(tables["policy"]),
        express=_express(tables["express"]),
        disputes=_disputes(tables["disputes"]),
        limits=read_limits(tables["limits"]),
        log=read_log(tables["log"]),
        metrics=_metrics(tables["metrics"]),
    )
    for table in tables.values():
        table.close()
    return settings


def _member(table: Table) -> MemberSettings:
    return MemberSettings(name=table.text("name", expected='what the institution is called: name = "Bank A"'))


def read_keys(table: Table) -> KeySettings:
    return KeySettings(
        folder=table.path("folder", default="keys"),
        passphrase_file=table.path("passphrase_file") if table.has("passphrase_file") else None,
    )


def read_chain(table: Table) -> ChainSettings:
    expected = 'one or more nodes: rpc = ["http://127.0.0.1:8545"]'
    rpc = table.texts("rpc", expected=expected)
    if not all(is_rpc(url) for url in rpc):
        raise table.invalid("rpc", expected)
    given, limited = table.has("gas_price_wei"), table.has("max_gas_price_wei")
    return ChainSettings(
        rpc=rpc,
        deployment=table.path("deployment", default="deployment.json"),
        poll_interval_s=table.seconds("poll_interval_s", low=0.05, high=60, default=1.0),
        gas_price_wei=table.whole("gas_price_wei", low=0, high=10**15) if given else None,
        max_gas_price_wei=table.whole("max_gas_price_wei", low=1, high=10**15) if limited else None,
        replace_after_s=table.seconds("replace_after_s", low=1, high=86_400, default=60.0),
    )


def read_store(table: Table, home: Path) -> StoreSettings:
    expected = 'a database URL: url = "sqlite+aiosqlite:///data/state.db"'
    url = table.text("url", expected=expected, default="sqlite+aiosqlite:///data/state.db")
    if "://" not in url:
        raise table.invalid("url", expected)
    return StoreSettings(url=store_url(url, home))


def _dataset(table: Table) -> DatasetSettings:
    return DatasetSettings(
        folder=table.path("folder", default="data/dataset"),
        publish_interval_s=table.whole("publish_interval_s", low=1, high=DAY_S, default=30),
        workers=table.whole("workers", low=1, high=256, default=1),
    )


def _peer(table: Table) -> PeerSettings:
    expected = 'the address that other members reach: endpoint = "https://risk.example.com:8443"'
    endpoint = table.text("endpoint", expected=expected)
    if not is_endpoint(endpoint):
        raise table.invalid("endpoint", expected)
    return PeerSettings(
        listen=_listen(table, default="127.0.0.1:8443"),
        endpoint=endpoint.rstrip("/"),
        allow_private_endpoints=table.switch("allow_private_endpoints", default=False),
        allowed_networks=read_networks(table),
        timeout_s=table.seconds("timeout_s", low=0.1, high=120, default=10),
        max_concurrent=table.whole("max_concurrent", low=1, high=10_000, default=64),
    )


def read_networks(table: Table) -> tuple[IPv4Network | IPv6Network, ...]:
    expected = 'networks as addresses with a prefix length: allowed_networks = ["10.20.0.0/16"]'
    if not table.has("allowed_networks"):
        return ()
    networks = tuple(network(text) for text in table.texts("allowed_networks", expected=expected))
    if any(one is None for one in networks):
        raise table.invalid("allowed_networks", expected)
    return tuple(one for one in networks if one is not None)


def _api(table: Table) -> ApiSettings:
    if table.has("listen"):
        address = _listen(table)
        if table.has("socket") or not is_loopback(address.host):
            raise table.invalid(
                "listen", "a loopback address such as 127.0.0.1:8480 with token_file, and no socket"
            )
        return ApiSettings(listen=Loopback(address=address, token_file=table.path("token_file")))
    path = table.path("socket", default="run/riskmesh.sock")
    if len(str(path).encode()) > MAX_SOCKET_PATH:
        raise table.invalid("socket", f"a shorter path: the whole of it may have {MAX_SOCKET_PATH} bytes")
    return ApiSettings(listen=UnixSocket(path=path))


def _policy(table: Table) -> PolicySettings:
    return PolicySettings(
        redeem_min_amount=table.whole("redeem_min_amount", low=1, high=2**96 - 1, default=10_000),
        redeem_max_age_s=table.whole("redeem_max_age_s", low=1, high=30 * DAY_S, default=DAY_S),
        redeem_at_epoch_end=table.switch("redeem_at_epoch_end", default=True),
        rate_together=table.whole("rate_together", low=1, high=100_000, default=1_000),
        default_purpose=table.whole("default_purpose", low=1, high=65_535, default=1),
        default_deadline_s=table.whole("default_deadline_s", low=5, high=30 * DAY_S, default=120),
        carry_through_proposals=table.switch("carry_through_proposals", default=True),
        decoys_percent=table.whole("decoys_percent", low=0, high=50, default=2),
    )


def _express(table: Table) -> ExpressSettings:
    return ExpressSettings(
        serve=table.switch("serve", default=True),
        min_score_bps=table.whole("min_score_bps", low=0, high=10_000, default=0),
        default_deadline_ms=table.whole(
            "default_deadline_ms", low=SHORTEST_MS, high=LONGEST_S * 1_000, default=5_000
        ),
        anchor_batches=table.whole("anchor_batches", low=1, high=4_096, default=500),
        anchor_age_s=table.whole("anchor_age_s", low=1, high=7 * DAY_S, default=900),
    )


def _disputes(table: Table) -> DisputeSettings:
    return DisputeSettings(
        automatic=table.switch("automatic", default=False),
        unanswered_after_s=table.whole("unanswered_after_s", low=0, high=30 * DAY_S, default=3_600),
    )


def read_log(table: Table) -> LogSettings:
    levels = tuple(level.name.lower() for level in LogLevel)
    formats = tuple(one.value for one in LogFormat)
    return LogSettings(
        level=LogLevel[table.choice("level", allowed=levels, default="info").upper()],
        format=LogFormat(table.choice("format", allowed=formats, default=LogFormat.CONSOLE.value)),
        file=table.path("file", default="log/riskmesh.log"),
        file_mib=table.whole("file_mib", low=0, high=1024, default=8),
    )


def _metrics(table: Table) -> MetricsSettings:
    if not table.has("listen"):
        return MetricsSettings(listen=None)
    address = _listen(table)
    if not is_loopback(address.host):
        raise table.invalid("listen", "a loopback address such as 127.0.0.1:9464")
    return MetricsSettings(listen=address)


def _listen(table: Table, default: str | None = None) -> SocketAddress:
    expected = 'an address and a port to listen on: listen = "127.0.0.1:8443"'
    address = socket_address(table.text("listen", expected=expected, default=default))
    if address is None:
        raise table.invalid("listen", expected)
    return address
