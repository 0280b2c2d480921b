"""Where a member may be reached: HTTPS only, no tricks in the address, private networks when configured."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from oracle.peer.errors import EndpointForbidden, EndpointMalformed

MAX_ENDPOINT: Final = 256
_HTTPS_PORT: Final = 443
_NAT64: Final = IPv6Network("64:ff9b::/96")
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


def parse_endpoint(text: str, *, allow_private: bool) -> Endpoint:
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
    if literal is not None:
        require_permitted(literal, allow_private=allow_private)
    elif ":" in host:
        raise EndpointMalformed("the host of an endpoint is neither a name nor an address")
    return Endpoint(host=host, port=_HTTPS_PORT if port is None else port)


def require_permitted(address: IPv4Address | IPv6Address, *, allow_private: bool) -> None:
    """Refuses what is no host at all, and without permission what is not on the public internet."""
    inner = _embedded(address)
    if inner.is_multicast or inner.is_unspecified or inner == IPv4Address("255.255.255.255"):
        raise EndpointForbidden("the endpoint's address is not that of a host")
    if not allow_private and not inner.is_global:
        raise EndpointForbidden(
            "the endpoint is on a private, loopback or link-local network; "
            "set peer.allow_private_endpoints if members really are there"
        )


class PermittedResolver(AbstractResolver):
    """Resolves names to the addresses that the policy permits: what is checked is what is connected to."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All permitted addresses; a name with none is `EndpointForbidden`, an unknown name an `OSError`."""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM
        )
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
            if self._permits(str(address[0]))
        ]
        if not results:
            raise EndpointForbidden("the endpoint's name leads only to addresses that are not permitted")
        return results

    async def close(self) -> None:
        """Nothing is held open."""

    def _permits(self, text: str) -> bool:
        try:
            require_permitted(ip_address(text), allow_private=self._allow_private)
        except EndpointForbidden:
            return False
        return True


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 form of it really reaches."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
