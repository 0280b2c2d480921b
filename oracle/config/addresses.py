"""Addresses as a configuration writes them: where to listen, whom to call, where the store is."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from oracle.config.settings import SocketAddress

SQLITE = "sqlite+aiosqlite:///"
MAX_PORT = 65_535


def socket_address(text: str) -> SocketAddress | None:
    """Read `host:port` or `[v6 address]:port`; None when it is neither."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", text)
    if found is None or not 1 <= int(found[3]) <= MAX_PORT:
        return None
    return SocketAddress(host=found[1] or found[2], port=int(found[3]))


def is_loopback(host: str) -> bool:
    """Only numbers are believed, and `localhost`: any other name can point anywhere tomorrow."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def network(text: str) -> IPv4Network | IPv6Network | None:
    """Read `address/prefix length`; None for what is none, or has bits set below its prefix."""
    try:
        return ip_network(text) if "/" in text else None
    except ValueError:
        return None


def is_endpoint(text: str) -> bool:
    """An https URL of a host and perhaps a port, nothing else: the paths below it belong to the protocol."""
    url = _split(text)
    return (
        url is not None
        and url.scheme == "https"
        and url.path in ("", "/")
        and not (url.query or url.fragment or "@" in url.netloc)
    )


def is_rpc(text: str) -> bool:
    """An http(s) or ws(s) URL; it may carry credentials and a path, as hosted nodes have them."""
    url = _split(text)
    return url is not None and url.scheme in ("http", "https", "ws", "wss")


def store_url(text: str, home: Path) -> str:
    """An SQLite file named by a relative path lies below `home`; any other URL is left as it is."""
    place = text.removeprefix(SQLITE)
    return text if place == text or not place or place[0] in "/:" else f"{SQLITE}{home / place}"


def _split(text: str) -> SplitResult | None:
    """None for what has no host, or a port that is none."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    return url if url.hostname and port != 0 and text.isprintable() and " " not in text else None
