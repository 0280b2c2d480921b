"""An institution set up by the command line itself, and the interface served to it by the rooms in memory."""

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from fakes.rooms import InMemoryRooms, services_of

from oracle.api.server import serve
from oracle.cli.app import run
from oracle.config.loading import load_settings


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, object]:
        decoded: dict[str, object] = msgspec.json.decode(self.out)
        return decoded


Command = Callable[..., Ran]


@pytest.fixture
def riskmesh(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    for name in ("RISKMESH_HOME", "RISKMESH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RISKMESH_PASSPHRASE", "a throw-away phrase")

    def ran(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        printed = capsys.readouterr()
        return Ran(code=code, out=printed.out, err=printed.err)

    return ran


@pytest.fixture
def folder() -> Iterator[Path]:
    # Socket paths are limited to 107 bytes, which pytest's own folders exceed.
    with tempfile.TemporaryDirectory(prefix="rm") as name:
        yield Path(name)


@pytest.fixture
def home(riskmesh: Command, folder: Path) -> Path:
    made = folder / "bank-a"
    ran = riskmesh(
        "init", "--name", "Bank A", "--home", made, "--endpoint", "https://127.0.0.1:8443", "--light-keys"
    )
    assert ran.code == 0, ran.err
    return made


@pytest.fixture
def rooms(home: Path) -> Iterator[InMemoryRooms]:
    """The rooms in memory, served where the institution's configuration says, from a thread of its own."""
    rooms = InMemoryRooms()
    listen = load_settings(home / "riskmesh.toml").api.listen
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()

    async def served() -> None:
        async with serve(services_of(rooms), listen):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(served(),))
    thread.start()
    assert ready.wait(10)
    yield rooms
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()
