"""The table `[limits]`: how much others may ask of this daemon at once, for how long, how often.

The defaults suit a machine of two cores and a consortium of a hundred members; nobody has to set any.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from oracle.config.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one key of the table is for, and how far it may go."""

    default: int | float
    about: str
    low: int | float
    high: int | float
    unit: str = ""
    """Of a number that need not be whole."""
    name: str = ""


def _count(default: int, about: str, *, low: int = 1, high: int = 100_000) -> int:
    limit = Limit(default=default, about=about, low=low, high=high)
    return field(default=default, metadata={"limit": limit})


def _number(default: float, about: str, *, low: float, high: float, unit: str) -> float:
    limit = Limit(default=default, about=about, low=low, high=high, unit=unit)
    return field(default=default, metadata={"limit": limit})


def _seconds(default: float, about: str) -> float:
    return _number(default, about, low=0.01, high=3600, unit="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """One field a key of the table."""

    member_concurrent: int = _count(8, "Requests of one member that are worked on at once.")
    member_waiting: int = _count(16, "More of its requests that wait for their turn; then 429.", low=0)
    member_requests_per_s: float = _number(
        200.0,
        "Sustained rate of one member, twice as many at once; then 429.",
        low=1,
        high=100_000,
        unit="requests a second",
    )
    member_connections: int = _count(8, "Connections of one member.", high=1000)
    member_body_mib: int = _count(64, "MiB of messages of one member under way.", low=17, high=4096)
    member_tasks: int = _count(8, "Tasks of one member that wait for a worker; then 503.", low=1)
    waiting: int = _count(512, "Requests of all members that wait for their turn; then 503.", low=0)
    wait_timeout_s: float = _seconds(5.0, "For the turn of a request; then 503.")
    connections: int = _count(512, "Connections of all members.")
    handshakes: int = _count(128, "Connections that are nobody's yet; more are dropped.")
    handshakes_per_address: int = _count(16, "The same, from one network address.")
    body_mib: int = _count(256, "MiB of messages of all members under way; then 503.", low=17, high=65_536)
    tasks: int = _count(256, "Tasks of all members that wait for a worker; then 503.")
    handshake_timeout_s: float = _seconds(5.0, "For a caller to prove who it is.")
    idle_timeout_s: float = _seconds(75.0, "For the next request head on a connection.")
    read_timeout_s: float = _seconds(10.0, "For a message to arrive, beside what its length takes.")
    write_timeout_s: float = _seconds(10.0, "For an answer to be taken, likewise.")
    least_kib_per_s: int = _count(128, "The slowest line on which long messages are served.")
    handle_timeout_s: float = _seconds(60.0, "For an answer to be made; then 503.")
    retry_after_s: int = _count(1, "What those are told to wait that are answered 429 or 503.", high=300)
    api_concurrent: int = _count(64, "Requests at the local interface; then 503.")
    api_streams: int = _count(256, "Open streams at the local interface; then 503.")
    api_read_timeout_s: float = _seconds(120.0, "For JSON, or the next part of a file, to arrive.")
    api_write_timeout_s: float = _seconds(60.0, "For a line of a stream to be taken.")
    api_body_kib: int = _count(4096, "KiB of a request's JSON.", low=64)


def limits() -> tuple[Limit, ...]:
    """Every key, in the order of the table."""
    return tuple(replace(each.metadata["limit"], name=each.name) for each in fields(LimitSettings))


def read_limits(table: Table) -> LimitSettings:
    """Read the table; an absent key has its default."""
    # `Any`: the fields of the class say which of them is whole, and each is read as it says.
    values: dict[str, Any] = {limit.name: _read(table, limit) for limit in limits()}
    return LimitSettings(**values)


def _read(table: Table, limit: Limit) -> int | float:
    if limit.unit:
        return table.number(
            limit.name, low=limit.low, high=limit.high, default=limit.default, unit=limit.unit
        )
    return table.whole(limit.name, low=int(limit.low), high=int(limit.high), default=int(limit.default))
