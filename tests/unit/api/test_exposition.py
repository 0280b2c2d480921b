"""Figures and health on their own port: three reads, no token, no other name of this machine."""

from dataclasses import dataclass

import aiohttp
import pytest
from fakes.rooms import InMemoryRooms

from oracle.api.access import ListenRefused
from oracle.api.client import LocalClient
from oracle.api.exposition import expose
from oracle.config.settings import SocketAddress, UnixSocket


@dataclass
class Fetched:
    status: int
    text: str
    content_type: str


async def _fetch(port: int, path: str, **headers: str) -> Fetched:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}", headers=headers) as response,
    ):
        return Fetched(response.status, await response.text(), response.headers["Content-Type"])


async def test_listener__asked_for_metrics__answers_as_prometheus_reads_it(
    rooms: InMemoryRooms, unused_port: int
) -> None:
    async with expose(rooms, SocketAddress(host="127.0.0.1", port=unused_port)):
        found = await _fetch(unused_port, "/metrics")

    assert (found.status, found.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "riskmesh_ready 1.0" in found.text


async def test_listener__daemon_not_ready__is_alive_and_says_why_it_is_not_ready(
    rooms: InMemoryRooms, unused_port: int
) -> None:
    rooms.not_ready = ("No node of the chain answers.", "The store cannot be written (OperationalError).")
    async with expose(rooms, SocketAddress(host="127.0.0.1", port=unused_port)):
        alive, ready = await _fetch(unused_port, "/healthz"), await _fetch(unused_port, "/readyz")
        rooms.not_ready = ()
        later = await _fetch(unused_port, "/readyz")

    assert (alive.status, ready.status, later.status) == (200, 503, 200)
    assert ready.text.splitlines() == [
        "No node of the chain answers.",
        "The store cannot be written (OperationalError).",
    ]


@pytest.mark.parametrize("path", ["/", "/v1/queries", "/v1/status", "/metrics/x"])
async def test_listener__asked_for_anything_else__has_nothing(
    rooms: InMemoryRooms, unused_port: int, path: str
) -> None:
    async with expose(rooms, SocketAddress(host="127.0.0.1", port=unused_port)):
        assert (await _fetch(unused_port, path)).status == 404


async def test_listener__reached_under_another_name__answers_nothing(
    rooms: InMemoryRooms, unused_port: int
) -> None:
    async with expose(rooms, SocketAddress(host="127.0.0.1", port=unused_port)):
        found = await _fetch(unused_port, "/metrics", Host="rebound.example")

    assert (found.status, "riskmesh" in found.text) == (421, False)


async def test_listener__an_address_that_others_reach__is_refused_by_its_name(rooms: InMemoryRooms) -> None:
    with pytest.raises(ListenRefused, match=r"metrics\.listen is 192\.0\.2\.1"):
        async with expose(rooms, SocketAddress(host="192.0.2.1", port=9464)):
            pass


async def test_listener__without_an_address__is_not_there(rooms: InMemoryRooms) -> None:
    async with expose(rooms, None):
        pass


async def test_interface__daemon_not_ready__answers_503_with_the_reasons(
    client: LocalClient, rooms: InMemoryRooms, served: UnixSocket
) -> None:
    rooms.not_ready = ("The dataset is not open yet.",)

    assert (await client.readiness()).reasons == rooms.not_ready
    connector = aiohttp.UnixConnector(str(served.path))
    async with (
        aiohttp.ClientSession("http://localhost", connector=connector) as session,
        session.get("/v1/readyz") as response,
    ):
        problem = await response.json()

    assert (response.status, problem["code"]) == (503, "not_ready")
    assert "The dataset is not open yet" in problem["message"]


async def test_interface__metrics_and_waiting__are_those_of_the_daemon(
    client: LocalClient, rooms: InMemoryRooms
) -> None:
    rooms.in_flight = 2

    assert "riskmesh_ready 1.0" in (await client.metrics()).text
    report = await client.waiting()
    assert (report.total, report.lines[0].code) == (2, "unreachable")
