"""Which addresses this daemon may be made to contact: the public internet, and what the operator allows."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from oracle.peer.errors import EndpointForbidden

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_HTTPS_PORT: Final = 443
_FIRST_FREE_PORT: Final = 1024
_BROADCAST: Final = IPv4Address("255.255.255.255")
_LOW_32: Final = 0xFFFF_FFFF
# IPv6 forms whose last 32 bits are the IPv4 address that is reached.
_EMBEDDING: Final = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96"))
# Not on the internet, and not among what the standard library calls private.
_ALSO_PRIVATE: Final = tuple(
    IPv6Network(text) for text in ("fec0::/10", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachPolicy:
    """What the operator allows beyond public addresses at port 443 or from 1024 up."""

    private: bool = False
    """Private and loopback addresses at any port: members on one machine, test networks."""
    networks: tuple[Network, ...] = ()
    """These networks, whatever they are, at any port: say a line that the members share."""

    def require(self, address: Address, port: int) -> None:
        """Refuses what is no host at all, and without permission what is not on the public internet."""
        inner = reached(address)
        if inner.is_multicast or inner.is_unspecified or inner == _BROADCAST:
            raise EndpointForbidden("the endpoint's address is not that of a host")
        if any(inner in network for network in self.networks if network.version == inner.version):
            return
        if inner.is_link_local:
            # Machines of a cloud are told their credentials there.
            raise EndpointForbidden(
                "the endpoint is on a link-local network; "
                "add its network to peer.allowed_networks if a member really is there"
            )
        if self.private:
            return
        if not _is_public(inner):
            raise EndpointForbidden(
                "the endpoint is on a private or loopback network; add its network to peer.allowed_networks, "
                "or set peer.allow_private_endpoints if all members are there"
            )
        if port != _HTTPS_PORT and port < _FIRST_FREE_PORT:
            # A member must not make the others knock at the mail or login services of somebody else.
            raise EndpointForbidden(
                f"the endpoint's port is {port}; members are called at 443 or at ports from 1024 up"
            )

    def permits(self, text: str, port: int) -> bool:
        """Whether an address in text, as a resolver or a socket has it, may be contacted."""
        try:
            self.require(ip_address(text), port)
        except (EndpointForbidden, ValueError):
            return False
        return True


def reached(address: Address) -> Address:
    """The IPv4 address that an IPv6 form of it really reaches, else the address itself."""
    if isinstance(address, IPv4Address) or address in (IPv6Address("::"), IPv6Address("::1")):
        return address
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & _LOW_32)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    return address.is_global and not any(
        address in network for network in _ALSO_PRIVATE if network.version == address.version
    )
