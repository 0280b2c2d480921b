"""Where the interface listens, who can reach it, and what is left when it stops."""

import asyncio
import socket
import stat
from pathlib import Path

import pytest

from oracle.api.access import ListenRefused, TokenUnusable, bind_loopback, read_token
from oracle.api.client import LocalClient, connect
from oracle.api.connection import DaemonUnreachable, ProblemReported
from oracle.api.ports import Services
from oracle.api.server import serve
from oracle.config.settings import Loopback, SocketAddress, UnixSocket


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_socket__served__is_the_owners_alone(served: UnixSocket) -> None:
    assert mode(served.path) == 0o600
    assert mode(served.path.parent) == 0o700


async def test_socket__closed__is_removed(services: Services, folder: Path) -> None:
    listen = UnixSocket(path=folder / "run" / "s")
    async with serve(services, listen):
        assert listen.path.is_socket()
    assert not listen.path.exists()


async def test_socket__left_by_a_dead_daemon__is_replaced(services: Services, folder: Path) -> None:
    path = folder / "run" / "s"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with serve(services, UnixSocket(path=path)), connect(UnixSocket(path=path)) as client:
        assert (await client.status()).name == "Bank A"


async def test_socket__of_a_living_daemon__is_left_alone(services: Services, served: UnixSocket) -> None:
    with pytest.raises(ListenRefused, match="Another daemon"):
        async with serve(services, served):
            pass
    async with connect(served) as client:
        assert (await client.status()).name == "Bank A"


async def test_socket__in_an_open_folder__is_refused(services: Services, folder: Path) -> None:
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    with pytest.raises(ListenRefused, match="chmod 700"):
        async with serve(services, UnixSocket(path=shared / "s")):
            pass
    assert mode(shared) == 0o755


async def test_socket__where_a_file_is__leaves_the_file(services: Services, folder: Path) -> None:
    path = folder / "precious"
    path.write_text("keep me")
    with pytest.raises(ListenRefused, match="no socket"):
        async with serve(services, UnixSocket(path=path)):
            pass
    assert path.read_text() == "keep me"


async def test_socket__path_too_long__says_so(services: Services, folder: Path) -> None:
    with pytest.raises(ListenRefused, match="107"):
        async with serve(services, UnixSocket(path=folder / ("x" * 120))):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "bank.example", "10.0.0.1"])  # noqa: S104 - refused
def test_loopback__other_machines_could_reach_it__is_refused(host: str) -> None:
    with pytest.raises(ListenRefused, match=r"127\.0\.0\.1"):
        bind_loopback(SocketAddress(host=host, port=0))


async def test_loopback__first_start__writes_a_token_for_the_owner_alone(
    services: Services, folder: Path, unused_port: int
) -> None:
    listen = Loopback(
        address=SocketAddress(host="127.0.0.1", port=unused_port), token_file=folder / "api.token"
    )
    async with serve(services, listen), connect(listen) as client:
        assert mode(listen.token_file) == 0o600
        assert (await client.status()).name == "Bank A"
    before = read_token(listen.token_file)
    async with serve(services, listen):
        assert read_token(listen.token_file) == before


async def test_loopback__port_taken__says_so(services: Services, folder: Path, unused_port: int) -> None:
    listen = Loopback(address=SocketAddress(host="127.0.0.1", port=unused_port), token_file=folder / "t")
    async with serve(services, listen):
        with pytest.raises(ListenRefused, match="Free the port"):
            async with serve(services, listen):
                pass


@pytest.mark.parametrize(
    ("text", "permissions"), [("x" * 31, 0o600), ("", 0o600), ("x" * 40, 0o644), ("x" * 40, 0o640)]
)
def test_token__short_or_open_to_others__is_unusable(folder: Path, text: str, permissions: int) -> None:
    path = folder / "token"
    path.write_text(text)
    path.chmod(permissions)
    with pytest.raises(TokenUnusable):
        read_token(path)


async def test_client__nobody_there__says_how_to_start_the_daemon(folder: Path) -> None:
    async with connect(UnixSocket(path=folder / "s")) as client:
        with pytest.raises(DaemonUnreachable, match="riskmesh daemon run"):
            await client.status()


async def test_client__stale_socket__says_how_to_start_the_daemon(folder: Path) -> None:
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with connect(UnixSocket(path=path)) as client:
        with pytest.raises(DaemonUnreachable, match="riskmesh daemon run"):
            await client.status()


async def test_close__with_a_stream_open__ends_it_with_a_reason(services: Services, folder: Path) -> None:
    listen = UnixSocket(path=folder / "run" / "s")
    started = asyncio.Event()

    async def endless() -> None:
        async with connect(listen) as client:
            await import_forever(client, started)

    async with serve(services, listen):
        importing = asyncio.create_task(endless())
        await started.wait()
    with pytest.raises(ProblemReported) as caught:
        await importing
    assert caught.value.problem.code == "daemon_stopping"


async def import_forever(client: LocalClient, started: asyncio.Event) -> None:
    from oracle.domain.reports import ImportFormat  # noqa: PLC0415 - only here

    async def file():  # noqa: ANN202 - a generator that never ends
        yield b"phone,+4670\n"
        await asyncio.Event().wait()

    async for _ in client.import_records(file(), file_format=ImportFormat.CSV, strict=False):
        started.set()
