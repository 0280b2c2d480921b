"""Processes of the demonstration: each started on free ports, each ended by its own id, whatever happens."""

import asyncio
import contextlib
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import ClassVar

import aiohttp

from oracle.config.environment import child_environment
from oracle.domain.errors import Broken, Misconfigured

STOP_S = 15.0
START_S = 60.0


class AnvilMissing(Misconfigured):
    """The development chain is not installed."""

    code: ClassVar[str] = "anvil_missing"


class ProcessFailed(Broken):
    """A process of the demonstration ended although it should run."""

    code: ClassVar[str] = "process_failed"


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_anvil() -> Path:
    """Anvil from the PATH, or from the node packages of the checkout."""
    found = shutil.which("anvil")
    if found is not None:
        return Path(found)
    packages = Path.cwd() / "node_modules" / "@foundry-rs"
    for binary in sorted(packages.glob("anvil-*/bin/anvil")):
        return binary
    raise AnvilMissing(
        "Anvil is not installed; run `make setup`, or `npm ci --ignore-scripts` in the checkout"
    )


class Processes:
    """Started processes, stopped in reverse order."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._running: list[tuple[str, asyncio.subprocess.Process]] = []

    async def start(self, name: str, command: Sequence[str | Path], *, passphrase: str = "") -> None:
        """Start a process that writes to a log file of its own."""
        environment = child_environment(RISKMESH_PASSPHRASE=passphrase)
        log = (self._logs / f"{name}.log").open("ab")
        with log:
            process = await asyncio.create_subprocess_exec(
                *map(str, command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                # Ctrl-C is for the demonstration, which then stops everyone in order.
                start_new_session=True,
            )
        self._running.append((name, process))

    def require_running(self) -> None:
        """Raises `ProcessFailed` with the place of the log of whatever has ended."""
        for name, process in self._running:
            if process.returncode is not None:
                log = self._logs / f"{name}.log"
                raise ProcessFailed(f"{name} ended with status {process.returncode}; see {log}")

    async def stop(self) -> None:
        for _, process in reversed(self._running):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
        for name, process in reversed(self._running):
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                sys.stderr.write(f"{name} did not stop in {STOP_S:.0f} s and is killed\n")
                process.kill()
                await process.wait()
        self._running.clear()


@contextlib.asynccontextmanager
async def processes(logs: Path) -> AsyncIterator[Processes]:
    """Everything that is started inside is stopped at the end."""
    running = Processes(logs)
    try:
        yield running
    finally:
        await asyncio.shield(running.stop())


async def start_anvil(running: Processes) -> str:
    """A chain with a block a second and free gas; returns its RPC address."""
    port = free_port()
    command = [
        str(find_anvil()),
        *("--port", str(port), "--block-time", "1", "--chain-id", "31337", "--silent"),
        *("--gas-price", "0", "--block-base-fee-per-gas", "0", "--disable-min-priority-fee"),
    ]
    await running.start("anvil", command)
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_S):
        while not await _answers(session, url):
            running.require_running()
            await asyncio.sleep(0.1)
    return url


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    try:
        async with session.post(url, json=question) as response:
            return response.status == 200  # noqa: PLR2004 - HTTP OK
    except aiohttp.ClientError:
        return False


async def run_command(*arguments: str | Path, passphrase: str = "") -> str:
    """Run one `riskmesh` command to its end; its standard output. Raises with what it said."""
    environment = child_environment(RISKMESH_PASSPHRASE=passphrase, NO_COLOR="1", COLUMNS="100")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "oracle.cli",
        *map(str, arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        words = " ".join(map(str, arguments[:2]))
        raise ProcessFailed(f"`riskmesh {words} …` failed: {errors.decode(errors='replace').strip()}")
    return output.decode()
