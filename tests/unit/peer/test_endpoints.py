"""Endpoints: https, a host, a port, and nothing that leads elsewhere."""

import socket
from ipaddress import ip_address

import pytest

from oracle.peer.endpoints import Endpoint, PermittedResolver, parse_endpoint, require_permitted
from oracle.peer.errors import EndpointForbidden, EndpointMalformed


@pytest.mark.parametrize(
    ("text", "host", "port", "origin"),
    [
        ("https://risk.bank.example", "risk.bank.example", 443, "https://risk.bank.example:443"),
        ("https://Risk.Bank.example:8443/", "risk.bank.example", 8443, "https://risk.bank.example:8443"),
        ("https://8.8.8.8:1", "8.8.8.8", 1, "https://8.8.8.8:1"),
        ("https://[2606:4700::1111]:443", "2606:4700::1111", 443, "https://[2606:4700::1111]:443"),
    ],
)
def test_endpoint__public_https__is_parsed(text: str, host: str, port: int, origin: str) -> None:
    endpoint = parse_endpoint(text, allow_private=False)

    assert endpoint == Endpoint(host=host, port=port)
    assert endpoint.origin == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "risk.bank.example",
        "http://risk.bank.example",
        "ftp://risk.bank.example",
        "https://",
        "https://:443",
        "https://user@risk.bank.example",
        "https://user:word@risk.bank.example",
        "https://@risk.bank.example",
        "https://risk.bank.example/path",
        "https://risk.bank.example?x",
        "https://risk.bank.example/?",
        "https://risk.bank.example#x",
        "https://risk.bank.example\\@evil.example",
        "https://risk.bank.example:0",
        "https://risk.bank.example:65536",
        "https://risk.bank.example:port",
        "https://risk.bank.example\n",
        "https://risk bank.example",
        "https://bänk.example",
        "https://risk_bank.example",
        "https://%31.example",
        "https://[::1",
        "https://[fe80::1%25eth0]",
        "https://" + "x" * 250,
    ],
)
def test_endpoint__of_another_form__is_refused(text: str) -> None:
    with pytest.raises(EndpointMalformed):
        parse_endpoint(text, allow_private=True)


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
]
NO_HOST = ["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0"]  # noqa: S104 - not bound to


@pytest.mark.parametrize("text", PRIVATE)
def test_address__not_on_the_public_internet__needs_permission(text: str) -> None:
    host = f"[{text}]" if ":" in text else text

    with pytest.raises(EndpointForbidden):
        parse_endpoint(f"https://{host}:8443", allow_private=False)
    assert parse_endpoint(f"https://{host}:8443", allow_private=True).port == 8443


@pytest.mark.parametrize("text", NO_HOST)
def test_address__that_is_no_host__is_refused_even_with_permission(text: str) -> None:
    with pytest.raises(EndpointForbidden):
        require_permitted(ip_address(text), allow_private=True)


@pytest.mark.parametrize("name", ["localhost", "2130706433", "127.1", "0x7f000001"])
async def test_resolver__name_that_leads_inside__needs_permission(name: str) -> None:
    with pytest.raises(EndpointForbidden):
        await PermittedResolver(allow_private=False).resolve(name, 8443, socket.AF_INET)

    found = await PermittedResolver(allow_private=True).resolve(name, 8443, socket.AF_INET)
    assert {result["host"] for result in found} == {"127.0.0.1"}
    assert {result["port"] for result in found} == {8443}
