"""Settings as they may be shown to others: what a `repr` hides stays hidden, addresses lose their secrets."""

from dataclasses import fields, is_dataclass
from enum import Enum
from urllib.parse import urlsplit

from oracle.config.settings import Settings, SocketAddress

HIDDEN = "(not shown)"


def shown_settings(settings: Settings) -> dict[str, object]:
    """Every setting by table and key, ready for JSON; nodes by host and port, the store by its driver."""
    tables = {entry.name: _shown(getattr(settings, entry.name)) for entry in fields(settings)}
    nodes = [_place(url) for url in settings.chain.rpc]
    driver = f"{urlsplit(settings.store.url).scheme}:{HIDDEN}"
    return _with(_with(tables, "chain", rpc=nodes), "store", url=driver)


def _with(tables: dict[str, object], name: str, **values: object) -> dict[str, object]:
    table = tables[name]
    return {**tables, name: {**table, **values} if isinstance(table, dict) else values}


def _shown(value: object) -> object:
    if isinstance(value, SocketAddress):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            entry.name: _shown(getattr(value, entry.name)) if entry.repr else HIDDEN
            for entry in fields(value)
        }
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, tuple):
        return [_shown(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return parts.hostname or "" if parts.port is None else f"{parts.hostname}:{parts.port}"
