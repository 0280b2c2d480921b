"""Where a member may be reached: HTTPS only, no tricks in the address, and what `ReachPolicy` permits."""

import asyncio
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from oracle.peer.errors import EndpointForbidden, EndpointMalformed
from oracle.peer.reachable import Address, ReachPolicy

AddrInfo: TypeAlias = "tuple[int, int, int, str, tuple[str | int, ...]]"
"""As `getaddrinfo` has it: family, kind, protocol, name, and an address that begins with host and port."""
MAX_ENDPOINT: Final = 256
_HTTPS_PORT: Final = 443
_NUMBER: Final = re.compile("[0-9]+|0x[0-9a-f]*")
_LOOK_UPS: Final = ThreadPoolExecutor(max_workers=256, thread_name_prefix="names")
"""A name whose servers do not answer holds a thread for half a minute. The loop's own threads are few, and do
other work of the daemon: a handful of such names would hold up everybody."""
_HOST_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A member's parsed endpoint; `host` is a lower-case name or an address without brackets."""

    host: str
    port: int

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def parse_endpoint(text: str, policy: ReachPolicy) -> Endpoint:
    """`https://host[:port][/]` and nothing else; an address is judged here, a name when it is resolved."""
    if len(text) > MAX_ENDPOINT or not text.isascii() or not text.isprintable() or " " in text:
        raise EndpointMalformed(f"an endpoint has at most {MAX_ENDPOINT} printable ASCII characters")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise EndpointMalformed("an endpoint is https://host:port") from error
    if parts.scheme != "https":
        raise EndpointMalformed("an endpoint begins with https://")
    if parts.username is not None or parts.password is not None:
        raise EndpointMalformed("an endpoint carries no user name or password")
    if parts.path not in {"", "/"} or any(mark in text for mark in "?#\\"):
        raise EndpointMalformed("an endpoint has no path, query or fragment")
    if not host or not _HOST_CHARACTERS.issuperset(host) or port == 0:
        raise EndpointMalformed("an endpoint names a host by plain ASCII name or address, and a port above 0")
    literal = _literal(host)
    port = _HTTPS_PORT if port is None else port
    if literal is not None:
        policy.require(literal, port)
    elif ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        # The system's resolver takes 127.1, 0x7f.1 and 2130706433 for addresses, each in its own way.
        raise EndpointMalformed("the host of an endpoint is neither a name nor an address")
    return Endpoint(host=host, port=port)


class PermittedResolver(AbstractResolver):
    """Resolves names to the addresses that the policy permits: what is checked is what is connected to."""

    def __init__(self, policy: ReachPolicy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All permitted addresses; a name with none is `EndpointForbidden`, an unknown name an `OSError`."""
        look_up = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(_LOOK_UPS, look_up)
        results = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
            if self._policy.permits(str(address[0]), port)
        ]
        if not results:
            raise EndpointForbidden("the endpoint's name leads only to addresses that are not permitted")
        return results

    async def close(self) -> None:
        """Nothing is held open."""


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def permitted_socket(policy: ReachPolicy) -> Callable[[AddrInfo], socket.socket]:
    """The last look before a connection, whatever led to this address: it must be permitted."""

    def opened(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        policy.require(ip_address(str(address[0])), int(address[1]))
        return socket.socket(family, kind, protocol)

    return opened
