"""The settings of an auditor: a file of the same name and form as an institution's, with fewer tables."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from oracle.config.loading import (
    read_chain,
    read_document,
    read_keys,
    read_log,
    read_networks,
    read_store,
    read_tables,
)
from oracle.config.settings import ChainSettings, KeySettings, LogSettings, StoreSettings
from oracle.config.table import Table

TABLES = ("auditor", "keys", "chain", "store", "members", "decoys", "log")
A_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSettings:
    """How members are called."""

    allow_private_endpoints: bool
    allowed_networks: tuple[IPv4Network | IPv6Network, ...]
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoySettings:
    """Values that nobody uses, which members are given to ask about."""

    file: Path
    """`type,value` a line, all of one type."""
    most: int
    """Of them at once; 0: none are made."""
    every_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorSettings:
    """Everything in an auditor's `riskmesh.toml`."""

    home: Path
    """The folder of the file; relative paths in it start here."""
    name: str
    strike_off: bool
    """Whether it takes the office of another auditor that withheld its seed."""
    pursue: bool
    """Whether it audits the other batches of a member that a draw has caught."""
    keys: KeySettings
    chain: ChainSettings
    store: StoreSettings
    members: AuditedSettings
    decoys: DecoySettings
    log: LogSettings


def load_auditor_settings(path: Path) -> AuditorSettings:
    """Read the file at `path`. Raises one of `oracle.config.errors`."""
    return parse_auditor_settings(read_document(path), path=path)


def parse_auditor_settings(document: str, *, path: Path) -> AuditorSettings:
    """Read the text of a configuration that lies at `path`."""
    home, tables = read_tables(document, TABLES, path=path)
    settings = AuditorSettings(
        home=home,
        name=tables["auditor"].text("name", expected='who audits: name = "Supervisor"'),
        strike_off=tables["auditor"].switch("strike_off", default=True),
        pursue=tables["auditor"].switch("pursue", default=True),
        keys=read_keys(tables["keys"]),
        chain=read_chain(tables["chain"]),
        store=read_store(tables["store"], home),
        members=_members(tables["members"]),
        decoys=_decoys(tables["decoys"]),
        log=read_log(tables["log"]),
    )
    for table in tables.values():
        table.close()
    return settings


def _members(table: Table) -> AuditedSettings:
    return AuditedSettings(
        allow_private_endpoints=table.switch("allow_private_endpoints", default=False),
        allowed_networks=read_networks(table),
        timeout_s=table.seconds("timeout_s", low=0.1, high=120, default=30),
    )


def _decoys(table: Table) -> DecoySettings:
    return DecoySettings(
        file=table.path("file", default="decoys.csv"),
        most=table.whole("most", low=0, high=100, default=0),
        every_s=table.whole("every_s", low=1, high=30 * A_DAY_S, default=A_DAY_S),
    )
