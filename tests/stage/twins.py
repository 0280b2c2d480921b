"""One institution with two daemons on one PostgreSQL, behind one address as a load balancer would give it.

On one machine each has a folder of its own: keys and dataset copied, another port, another socket.
"""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle

from stage.alliance import PATIENCE_S, Alliance
from stage.postgres import Server

from oracle.demo.institutions import Institution
from oracle.demo.processes import free_port
from oracle.domain.errors import RiskmeshError

FIRST, SECOND = "asker", "twin"


@dataclass(slots=True, kw_only=True)
class Twins:
    """The two daemons of the asker; both are in the alliance under their names."""

    alliance: Alliance
    store_url: str

    def other(self, name: str) -> str:
        return SECOND if name == FIRST else FIRST

    def move_to(self, store_url: str) -> None:
        """Name another database in both configurations; for daemons that do not run."""
        for name in (FIRST, SECOND):
            configuration = self.alliance.of(name).home / "riskmesh.toml"
            configuration.write_text(configuration.read_text().replace(self.store_url, store_url))
        self.store_url = store_url

    async def leader(self) -> str:
        """The daemon that leads, once one of those that run does."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for name in (FIRST, SECOND):
                    with suppress(RiskmeshError):
                        if name in self.alliance.daemons and await self.leads(name):
                            return name
                await asyncio.sleep(0.1)

    async def leads(self, name: str) -> bool:
        async with self.alliance.of(name).client() as client:
            lease = (await client.status()).lease
        return lease is not None and lease.here

    async def until_led_by(self, name: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(RiskmeshError):
                    if await self.leads(name):
                        return
                await asyncio.sleep(0.1)


@asynccontextmanager
async def twins_of(alliance: Alliance, server: Server) -> AsyncIterator[Twins]:
    """Stop the asker, give it a second daemon and a database for both, and start them."""
    await alliance.terminate(FIRST)
    first = alliance.of(FIRST)
    url = server.create(f"t{secrets.token_hex(8)}")
    address = first.settings.peer.listen
    text = (first.home / "riskmesh.toml").read_text()
    listen = next(line for line in text.splitlines() if line.startswith("listen = "))
    stored = next(line for line in text.splitlines() if "sqlite+aiosqlite" in line)
    second = Institution(name=SECOND, home=alliance.work / SECOND, held=first.held)
    shutil.copytree(first.home, second.home, ignore=shutil.ignore_patterns("run"))
    ports = free_port(), free_port()
    for institution, port in zip((first, second), ports, strict=True):
        changed = text.replace(listen, f'listen = "127.0.0.1:{port}"').replace(stored, f'url = "{url}"')
        (institution.home / "riskmesh.toml").write_text(changed)
    alliance.institutions[SECOND] = second
    balancer = await asyncio.start_server(_Balanced(ports), address.host, address.port)
    async with balancer:
        for name in (FIRST, SECOND):
            await alliance.start(name)
        await asyncio.gather(*(alliance.ready(name) for name in (FIRST, SECOND)))
        yield Twins(alliance=alliance, store_url=url)
        for name in (FIRST, SECOND):
            if name in alliance.daemons:
                await alliance.kill(name)


class _Balanced:
    """Each connection goes to the next daemon that takes it."""

    def __init__(self, ports: tuple[int, ...]) -> None:
        self._ports = ports
        self._turns = cycle(range(len(ports)))

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start = next(self._turns)
        for port in self._ports[start:] + self._ports[:start]:
            try:
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))
            return
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError):
        writer.close()
