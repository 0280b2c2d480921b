"""Endpoints: https, a host, a port, and nothing that leads elsewhere."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network

import pytest

from oracle.peer.endpoints import Endpoint, PermittedResolver, parse_endpoint, permitted_socket
from oracle.peer.errors import EndpointForbidden, EndpointMalformed
from oracle.peer.reachable import ReachPolicy

PUBLIC, INSIDE = ReachPolicy(), ReachPolicy(private=True)


@pytest.mark.parametrize(
    ("text", "host", "port", "origin"),
    [
        ("https://risk.bank.example", "risk.bank.example", 443, "https://risk.bank.example:443"),
        ("https://Risk.Bank.example:8443/", "risk.bank.example", 8443, "https://risk.bank.example:8443"),
        ("https://8.8.8.8:1024", "8.8.8.8", 1024, "https://8.8.8.8:1024"),
        ("https://[2606:4700::1111]:443", "2606:4700::1111", 443, "https://[2606:4700::1111]:443"),
    ],
)
def test_endpoint__public_https__is_parsed(text: str, host: str, port: int, origin: str) -> None:
    endpoint = parse_endpoint(text, PUBLIC)

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
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.0.0.0x1",
        "https://0177.0.0.1",
        "https://127.0.0.01",
        "https://1.2.3.4.5",
        "https://[fe80::1%25eth0]",
        "https://" + "x" * 250,
    ],
)
def test_endpoint__of_another_form__is_refused(text: str) -> None:
    with pytest.raises(EndpointMalformed):
        parse_endpoint(text, INSIDE)


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "fd00::1",
    "fec0::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "3fff::1",
    "64:ff9b:1::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "::127.0.0.1",
    "::ffff:0:10.0.0.1",
]
LINK_LOCAL = ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]
NO_HOST = ["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0"]  # noqa: S104 - not bound to


@pytest.mark.parametrize("text", PRIVATE)
def test_address__not_on_the_public_internet__needs_permission(text: str) -> None:
    host = f"[{text}]" if ":" in text else text

    with pytest.raises(EndpointForbidden):
        parse_endpoint(f"https://{host}:8443", PUBLIC)
    assert parse_endpoint(f"https://{host}:8443", INSIDE).port == 8443


@pytest.mark.parametrize("text", NO_HOST)
def test_address__that_is_no_host__is_refused_even_with_permission(text: str) -> None:
    with pytest.raises(EndpointForbidden):
        INSIDE.require(ip_address(text), 8443)


@pytest.mark.parametrize("text", LINK_LOCAL)
def test_address__link_local__needs_its_network_by_name(text: str) -> None:
    networks = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))

    with pytest.raises(EndpointForbidden, match=r"peer\.allowed_networks"):
        INSIDE.require(ip_address(text), 8443)
    ReachPolicy(networks=networks).require(ip_address(text), 8443)


def test_address__in_an_allowed_network__is_reached_and_no_other_private_one() -> None:
    policy = ReachPolicy(networks=(ip_network("10.20.0.0/16"),))

    assert parse_endpoint("https://10.20.1.1:22", policy).port == 22
    assert policy.permits("::ffff:10.20.1.1", 22)
    for text in ("10.21.0.1", "127.0.0.1", "192.168.1.1", "::1"):
        assert not policy.permits(text, 8443)


@pytest.mark.parametrize("port", [1, 22, 25, 80, 442, 444, 1023])
def test_port__of_another_service_of_a_public_host__is_refused(port: int) -> None:
    with pytest.raises(EndpointForbidden, match=f"{port}; members are called at 443"):
        parse_endpoint(f"https://8.8.8.8:{port}", PUBLIC)
    assert parse_endpoint(f"https://10.0.0.1:{port}", INSIDE).port == port


async def test_resolver__name_that_leads_inside__needs_permission() -> None:
    with pytest.raises(EndpointForbidden):
        await PermittedResolver(PUBLIC).resolve("localhost", 8443, socket.AF_INET)

    found = await PermittedResolver(INSIDE).resolve("localhost", 8443, socket.AF_INET)
    assert {result["host"] for result in found} == {"127.0.0.1"}
    assert {result["port"] for result in found} == {8443}


async def test_resolver__while_the_loop_s_own_threads_are_taken__still_resolves() -> None:
    """So many names that nobody answers for would hold up every other member, and the daemon's other work."""
    loop, over = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
    taken = loop.run_in_executor(None, over.wait)
    try:
        async with asyncio.timeout(20):
            found = await PermittedResolver(INSIDE).resolve("localhost", 8443, socket.AF_INET)
    finally:
        over.set()
        await taken

    assert {one["host"] for one in found} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("address", "port"), [("127.0.0.1", 8443), ("169.254.169.254", 80), ("::1", 443), ("8.8.8.8", 25)]
)
def test_socket__for_an_address_that_is_not_permitted__is_not_opened(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    with pytest.raises(EndpointForbidden):
        permitted_socket(PUBLIC)((family, socket.SOCK_STREAM, 0, "", (address, port)))
    with permitted_socket(ReachPolicy(networks=(ip_network(address),)))(
        (family, socket.SOCK_STREAM, 0, "", (address, port))
    ) as opened:
        assert opened.family == family
