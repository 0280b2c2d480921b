"""Three institutions as processes of their own on a chain of their own, started and ended by the test.

Nothing here stands in for anything: the chain is Anvil, the daemons are `riskmesh daemon run`.
"""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from oracle.config.environment import child_environment
from oracle.demo.institutions import PARAMETERS, PASSPHRASE, Institution, found, set_up, status_when
from oracle.demo.ledger import Ledger, read_ledger
from oracle.demo.lists import HeldList, write_csv
from oracle.demo.processes import Processes, find_anvil, free_port
from oracle.domain.errors import RiskmeshError
from oracle.domain.reports import QueryState, RawSubject, RecordState, StatusReport

PATIENCE_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True, kw_only=True)
class Alliance:
    """Its institutions by name; each daemon can be killed and started again."""

    work: Path
    rpc: str
    running: Processes
    """The chain; the daemons are not among them, because tests kill them."""
    institutions: dict[str, Institution] = field(default_factory=dict)
    daemons: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    def of(self, name: str) -> Institution:
        return self.institutions[name]

    async def start(self, name: str, launcher: Sequence[str] = ("-m", "oracle.cli")) -> None:
        """Start a daemon that writes to a log of its own; `launcher` is what Python runs."""
        with (self.work / f"{name}.log").open("ab") as log:
            self.daemons[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, *launcher, "daemon", "run", "--home", str(self.of(name).home)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=child_environment(RISKMESH_PASSPHRASE=PASSPHRASE),
                start_new_session=True,
            )

    async def ready(self, name: str) -> None:
        await status_when(self.running, self.of(name), "active", timeout_s=PATIENCE_S)

    async def kill(self, name: str) -> None:
        """SIGKILL, as a power cut would: nothing is flushed, nobody is told."""
        await self._end(name, signal.SIGKILL)

    async def terminate(self, name: str) -> int:
        """SIGTERM; the daemon's exit status."""
        return await self._end(name, signal.SIGTERM)

    async def _end(self, name: str, number: signal.Signals) -> int:
        daemon = self.daemons.pop(name)
        assert daemon.returncode is None, f"{name} had ended by itself: {self.log_of(name)}"
        daemon.send_signal(number)
        return await daemon.wait()

    def log_of(self, name: str) -> str:
        return (self.work / f"{name}.log").read_text()

    async def run(self, name: str, *arguments: str | Path) -> Ran:
        """A `riskmesh` command as this institution, whatever its exit code."""
        process = await self.begin(name, *arguments)
        out, err = await process.communicate()
        return Ran(code=process.returncode or 0, out=out.decode(), err=err.decode())

    async def begin(self, name: str, *arguments: str | Path) -> asyncio.subprocess.Process:
        """A `riskmesh` command as this institution, still running."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "oracle.cli", *map(str, arguments), "--home", str(self.of(name).home)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=child_environment(RISKMESH_PASSPHRASE=PASSPHRASE, NO_COLOR="1"),
        )

    async def status_until(self, name: str, holds: Callable[[StatusReport], bool]) -> StatusReport:
        """The first status of a daemon of which this holds."""
        async with asyncio.timeout(PATIENCE_S), self.of(name).client() as client:
            while True:
                status = await client.status()
                if holds(status):
                    return status
                await asyncio.sleep(0.05)

    async def settled(self, name: str, query_id: str) -> QueryState:
        """The query once every holder has answered or is out of time, and every record is here or refused."""
        async with asyncio.timeout(2 * PATIENCE_S):
            while True:
                with suppress(RiskmeshError):
                    async with self.of(name).client() as client:
                        state = await client.query_state(query_id)
                    waiting = any(result.record_state is RecordState.PENDING for result in state.results)
                    if state.summary.phase.final and not waiting:
                        return state
                await asyncio.sleep(0.1)

    async def ledger(self) -> Ledger:
        return await read_ledger(self.rpc, self.work / "deployment.json")

    async def end(self) -> None:
        for name in list(self.daemons):
            if self.daemons[name].returncode is None:
                await self.kill(name)


def held(category: str, *names: str) -> HeldList:
    lines = tuple(RawSubject(type="domain", value=name) for name in names)
    return HeldList(source="the test", lines=lines, category=category, reason="phishing")


LONG_EPOCHS = PARAMETERS.replace("epoch_length_s = 30", "epoch_length_s = 86_400")
"""No epoch turns during a test: each moves the balances by an allowance that begins and one that ends."""

LISTS = {
    "asker": held("high_risk_account", "only-asker.example"),
    "north": held("transaction_fraud", "north.example", "both.example"),
    "south": held("telecom_fraud", "south.example", "both.example"),
}
"""What each institution holds."""


async def _chain(running: Processes) -> str:
    """Blocks at once for every transaction, and one a second in any case, so that deadlines pass."""
    port = free_port()
    await running.start(
        "anvil",
        [
            *(find_anvil(), "--port", str(port), "--silent", "--block-time", "1", "--mixed-mining"),
            *("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee"),
        ],
    )
    async with asyncio.timeout(PATIENCE_S):
        while True:
            running.require_running()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return f"http://127.0.0.1:{port}"


def three_founders() -> AbstractAsyncContextManager[Alliance]:
    return founders(LISTS)


@asynccontextmanager
async def founders(lists: Mapping[str, HeldList]) -> AsyncIterator[Alliance]:
    """Members in standing, each with its list published, and nothing asked yet."""
    work = Path(tempfile.mkdtemp(prefix="rm"))  # a socket's path has at most 107 bytes
    running = Processes(work)
    try:
        rpc = await _chain(running)
        made = Alliance(work=work, rpc=rpc, running=running)
        made.institutions = {
            name: Institution(name=name, home=work / name, held=lines) for name, lines in lists.items()
        }
        everyone = list(made.institutions.values())
        await asyncio.gather(*(set_up(each, rpc, work / "deployment.json") for each in everyone))
        await found(everyone, rpc, work, LONG_EPOCHS)
        try:
            for name in made.institutions:
                await made.start(name)
            await asyncio.gather(*(_publish(made, name) for name in made.institutions))
            yield made
        finally:
            await made.end()
    finally:
        await running.stop()
        shutil.rmtree(work)


async def _publish(made: Alliance, name: str) -> None:
    await made.ready(name)
    institution = made.of(name)
    write_csv(made.work / f"{name}.csv", institution.held)
    await institution.command("records", "import", made.work / f"{name}.csv")
    async with institution.client() as client:
        await client.publish_snapshot()


_Seen = TypeVar("_Seen")


async def until(
    look: Callable[[], Awaitable[_Seen]], holds: Callable[[_Seen], bool], *, patience_s: float
) -> _Seen:
    """What is seen once this holds of it."""
    async with asyncio.timeout(patience_s):
        while True:
            seen = await look()
            if holds(seen):
                return seen
            await asyncio.sleep(0.05)
