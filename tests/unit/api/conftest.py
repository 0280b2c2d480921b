"""The interface served in front of rooms in memory."""

import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from eth_utils.crypto import keccak
from fakes.consortium import GOVERNANCE, GOVERNOR
from fakes.rooms import InMemoryRooms, services_of

from oracle.api.client import LocalClient, connect
from oracle.api.ports import Services
from oracle.api.server import serve
from oracle.config.settings import UnixSocket
from oracle.domain.application import Application
from oracle.domain.ids import Address


@pytest.fixture
def application() -> Application:
    return Application(
        name="Bank D",
        governance=GOVERNANCE,
        operator=Address(GOVERNOR),
        sealing_suite=1,
        sealing_key=bytes(32),
        oprf_key=bytes(32),
        oprf_possession=bytes(96),
        endpoint="https://127.0.0.1:8446",
        certificate=b"\x30\x03\x02\x01\x00",
        profile_hash=keccak(b"Bank D"),
    )


@pytest.fixture
def rooms() -> InMemoryRooms:
    return InMemoryRooms()


@pytest.fixture
def services(rooms: InMemoryRooms) -> Services:
    return services_of(rooms)


@pytest.fixture
def folder() -> Iterator[Path]:
    # Socket paths are limited to 107 bytes, which pytest's own folders exceed.
    with tempfile.TemporaryDirectory(prefix="rm") as name:
        yield Path(name)


@pytest.fixture
async def served(services: Services, folder: Path) -> AsyncIterator[UnixSocket]:
    listen = UnixSocket(path=folder / "run" / "riskmesh.sock")
    async with serve(services, listen):
        yield listen


@pytest.fixture
async def client(served: UnixSocket) -> AsyncIterator[LocalClient]:
    async with connect(served) as connected:
        yield connected


@pytest.fixture(params=["in memory", "over the socket"])
async def offered(
    request: pytest.FixtureRequest, services: Services, client: LocalClient
) -> AsyncIterator[Services]:
    """The same services, once directly and once through the interface and its client."""
    if request.param == "in memory":
        yield services
    else:
        yield SimpleNamespace(
            queries=client,
            records=client,
            members=client,
            audits=client,
            governance=client,
            keys=client,
            credits=client,
            ratings=client,
            disputes=client,
            dossiers=client,
            recalls=client,
            status=client,
            store=client,
        )


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
