"""The four institutions: their folders, daemons and local interfaces."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from oracle.api.client import LocalClient, connect
from oracle.config.loading import load_settings
from oracle.config.settings import Settings
from oracle.demo.lists import HeldList
from oracle.demo.processes import Processes, free_port, run_command
from oracle.domain.errors import RiskmeshError
from oracle.domain.reports import StatusReport

PASSPHRASE = "for the demonstration only"  # noqa: S105 - opens throw-away keys that hold nothing
READY_S = 120.0
PARAMETERS = """\
# Seconds where a real consortium has days, so that a vote can be watched.
[governance]
voting_delay_s = 1
voting_period_s = 20
timelock_delay_s = 2
quorum_percent = 60

[protocol]
epoch_length_s = 30
activation_delay_s = 2
publish_interval_s = 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """One institution of the demonstration and the list that it holds."""

    name: str
    home: Path
    held: HeldList = field(repr=False)

    @property
    def settings(self) -> Settings:
        return load_settings(self.home / "riskmesh.toml")

    @asynccontextmanager
    async def client(self) -> AsyncIterator[LocalClient]:
        """Its daemon's local interface, the one that its own systems would use."""
        async with connect(self.settings.api.listen) as client:
            yield client

    async def command(self, *arguments: str | Path) -> str:
        """Run a `riskmesh` command as this institution."""
        return await run_command(*arguments, "--home", self.home, passphrase=PASSPHRASE)


async def set_up(institution: Institution, rpc: str, deployment: Path) -> None:
    """Keys, configuration and application, with timings for a demonstration."""
    port = free_port()
    await institution.command(
        *("init", "--name", institution.name, "--rpc", rpc, "--deployment", deployment),
        *("--endpoint", f"https://127.0.0.1:{port}", "--listen", f"127.0.0.1:{port}"),
        *("--private-endpoints", "--light-keys"),
    )
    path = institution.home / "riskmesh.toml"
    text = path.read_text()
    for line, value in (
        ("# poll_interval_s = 1.0", "poll_interval_s = 0.2"),
        ("# publish_interval_s = 30", "publish_interval_s = 2"),
        # A chain without fees whose nodes suggest a price all the same: go-ethereum never says 0.
        ("# gas_price_wei = 0", "gas_price_wei = 0"),
        # Redeemed when the story gets there, not before.
        ("# redeem_min_amount = 10000", "redeem_min_amount = 1_000_000"),
        ("# redeem_at_epoch_end = true", "redeem_at_epoch_end = false"),
        ("# rate_together = 1000", "rate_together = 1"),
    ):
        text = text.replace(line, value)
    path.write_text(text)


async def found(founders: list[Institution], rpc: str, work: Path, parameters: str = PARAMETERS) -> None:
    """Deploy the contracts with these founders and these governed parameters (TOML)."""
    applications = [json.loads((each.home / "application.json").read_text()) for each in founders]
    file = work / "founders.json"
    file.write_text(json.dumps({"version": 1, "founders": applications}, indent=2))
    (work / "parameters.toml").write_text(parameters)
    await run_command(
        *("chain", "deploy", "--rpc", rpc, "--founders", file),
        *("--parameters", work / "parameters.toml", "--deployment", work / "deployment.json"),
    )


async def start_daemon(running: Processes, institution: Institution) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "oracle.cli",
        "daemon",
        "run",
        "--home",
        institution.home,
    ]
    await running.start(institution.home.name, command, passphrase=PASSPHRASE)


async def status_when(
    running: Processes, institution: Institution, wanted: str, *, timeout_s: float = READY_S
) -> StatusReport:
    """Wait until the daemon answers and its member has this status; `any` for just an answer.

    A member in standing has a daemon to work with only when that is ready, a moment later.
    """
    async with asyncio.timeout(timeout_s):
        while True:
            running.require_running()
            try:
                async with institution.client() as client:
                    status = await client.status()
                    ready = wanted != "active" or not (await client.readiness()).reasons
                if ready and wanted in ("any", status.member_status):
                    return status
            except RiskmeshError:
                # Not up yet; `require_running` notices if it never will be.
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.2)
