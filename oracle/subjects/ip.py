"""IP addresses: dotted IPv4, compressed lower-case IPv6; an IPv4-mapped IPv6 address is its IPv4 address."""

import ipaddress
import re

from oracle.subjects.refusals import SubjectReason

_QUAD = re.compile(r"[0-9]+(\.[0-9]+){3}")
_WITH_PORT = re.compile(r"\[.*\]:[0-9]+|[0-9.]+:[0-9]+")


def read_ip(text: str) -> str | SubjectReason:
    """One address, or why not. Private addresses pass; the unspecified ones (0.0.0.0 and ::) name nobody."""
    bare = text.replace("。", ".")
    if "%" in bare:
        return SubjectReason.ZONE_GIVEN
    if "/" in bare:
        return SubjectReason.NETWORK_GIVEN
    if _WITH_PORT.fullmatch(bare):
        return SubjectReason.PORT_GIVEN
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    if _QUAD.fullmatch(bare) and any(len(part) > 1 and part[0] == "0" for part in bare.split(".")):
        return SubjectReason.LEADING_ZEROS
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return SubjectReason.MALFORMED
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return SubjectReason.PLACEHOLDER if address.is_unspecified else str(address)
