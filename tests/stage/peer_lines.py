"""The lines between the nodes of a private network: one port for each direction, which a test can block."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from oracle.chain.network.folder import HOST, NetworkFolder, NetworkRecord, NodeEntry
from oracle.chain.network.geth import configuration

_CHUNK = 65_536
Line = tuple[int, int]
"""Who calls whom, by the numbers of the nodes."""


@dataclass(slots=True)
class PeerLines:
    """Every node knows every other by a port of this process, which passes bytes on while it is open."""

    servers: list[asyncio.Server] = field(default_factory=list)
    blocked: set[Line] = field(default_factory=set)
    _writers: dict[Line, set[asyncio.StreamWriter]] = field(default_factory=dict)
    _calls: set[asyncio.Task[object]] = field(default_factory=set)

    async def lay(self, folder: NetworkFolder, record: NetworkRecord) -> None:
        """Listen, and write the ports into the configurations of nodes that have not started yet."""
        nodes = dict(enumerate(record.nodes, start=1))
        for caller, own in nodes.items():
            others = {number: node for number, node in nodes.items() if number != caller}
            ports = {number: await self._listen((caller, number), node) for number, node in others.items()}
            peers = [_at(node, ports[number]) for number, node in others.items()]
            folder.place(own).configuration.write_text(configuration(peers))

    def block(self, one: Sequence[int], other: Sequence[int]) -> None:
        """No byte passes between the two groups any more; what was on its way is lost."""
        lines = set(_between(one, other))
        self.blocked |= lines
        for line in lines:
            for writer in self._writers.pop(line, set()):
                writer.transport.abort()

    def open(self, one: Sequence[int], other: Sequence[int]) -> None:
        self.blocked -= set(_between(one, other))

    async def close(self) -> None:
        for server in self.servers:
            server.close()
        for writers in self._writers.values():
            for writer in writers:
                writer.transport.abort()
        if self._calls:
            await asyncio.wait(self._calls)

    async def _listen(self, line: Line, node: NodeEntry) -> int:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if line in self.blocked:
                writer.transport.abort()
                return
            call = asyncio.current_task()
            assert call is not None
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
            await self._pass_on(line, (reader, writer), node.peer_port)

        server = await asyncio.start_server(accept, HOST, 0)
        self.servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _pass_on(
        self, line: Line, near: tuple[asyncio.StreamReader, asyncio.StreamWriter], port: int
    ) -> None:
        """Both ways until either end closes, nobody listens or the line is cut."""
        kept = self._writers.setdefault(line, set())
        kept.add(near[1])
        far = None
        try:
            far = await asyncio.open_connection(HOST, port)
            kept.add(far[1])
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(near[0], far[1]))
                both.create_task(_copy(far[0], near[1]))
        except* OSError:
            pass  # the nodes notice themselves
        finally:
            for end in (near, far):
                if end is not None:
                    end[1].transport.abort()
                    kept.discard(end[1])


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        target.write(chunk)
        await target.drain()
    raise ConnectionResetError("this end has closed")


def _between(one: Sequence[int], other: Sequence[int]) -> Iterable[Line]:
    for first in one:
        for second in other:
            yield first, second
            yield second, first


def _at(node: NodeEntry, port: int) -> NodeEntry:
    """The same node behind another port."""
    return msgspec.structs.replace(node, peer_port=port)
