"""A daemon that starts again with many records, until it is ready: `python bench/start.py --records 1000000`.

A chain, three founders and their daemons run as processes of their own; the records of one are put into its
dataset under its own keys before its first start. What counts is from the start of the process to the moment
when it says that it is ready for its institution and for others.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from index_records import fill
from measuring import RUNS
from rows import Benchmark, Row, Unit, progress, show

from oracle.config.environment import child_environment
from oracle.crypto.keyring import open_keyring
from oracle.dataset.tagging import Tagger
from oracle.demo.institutions import (
    PARAMETERS,
    PASSPHRASE,
    Institution,
    found,
    set_up,
    start_daemon,
    status_when,
)
from oracle.demo.lists import HeldList
from oracle.demo.processes import Processes, ProcessFailed, processes, start_anvil
from oracle.domain.errors import RiskmeshError
from oracle.domain.ids import KeyVersion, MemberId

RECORDS: Final = 1_000_000
NAMES: Final = ("large", "second", "third")
TOLD: Final = 2_000
"""Characters of the logs, when a process has ended that should not have."""
LOOK_S: Final = 0.02
LONGEST_S: Final = 60.0
NOTHING: Final = HeldList(source="the benchmark", lines=(), category="telecom_fraud", reason="phishing")
IMPORTS: Final = "import oracle.cli, oracle.daemon"


def measure(records: int = RECORDS) -> Sequence[Row]:
    starts, imports = asyncio.run(_measure(records))
    progress("seconds of each start: " + ", ".join(f"{seconds:.2f}" for seconds in starts))
    return [
        Row(
            name="start a daemon, up to ready",
            value=1_000 * statistics.median(starts),
            unit=Unit.MILLISECONDS,
            limit=1_000 * statistics.median(imports),
            limit_is="a Python process that imports the same modules",
            records=records,
        )
    ]


async def _measure(records: int) -> tuple[list[float], list[float]]:
    with tempfile.TemporaryDirectory(prefix="rm") as folder:
        work = Path(folder)
        try:
            async with processes(work / "logs") as running:
                large = await _stage(running, work, records)
                await _started(large, records, work)  # the first time it registers and publishes, too
                starts, imports = [], []
                for _ in range(RUNS):
                    starts.append(await _started(large, records, work))
                    imports.append(await _imported())
                return starts, imports
        except ProcessFailed:
            for log in (work / "logs").glob("*.log"):
                progress(f"{log.name} ends with: {log.read_text()[-TOLD:]}")
            raise


async def _stage(running: Processes, work: Path, records: int) -> Institution:
    """The first of three founders has the list; its own daemon does not run yet."""
    rpc = await start_anvil(running)
    made = [Institution(name=name, home=work / name, held=NOTHING) for name in NAMES]
    for each in made:
        await set_up(each, rpc, work / "deployment.json")
    await found(made, rpc, work, PARAMETERS.replace("epoch_length_s = 30", "epoch_length_s = 86_400"))
    large, *others = made
    progress(f"a list of {records:,} records")
    await asyncio.to_thread(_fill, large, records)
    for each in others:
        await start_daemon(running, each)
        await status_when(running, each, "active")
    return large


async def _started(institution: Institution, records: int, work: Path) -> float:
    """Seconds from the start of the daemon until it is ready; then it is stopped."""
    async with processes(work / "logs") as running:
        began = time.monotonic()
        await start_daemon(running, institution)
        async with asyncio.timeout(LONGEST_S):
            while not await _is_ready(institution):
                running.require_running()
                await asyncio.sleep(LOOK_S)
        took = time.monotonic() - began
        async with institution.client() as client:
            held = (await client.dataset_stats()).records
        if held != records:
            raise SystemExit(f"The daemon is ready with {held:,} records of {records:,}.")
        return took


async def _is_ready(institution: Institution) -> bool:
    try:
        async with institution.client() as client:
            ready = await client.readiness()
            return not ready.reasons and (await client.status()).member_status == "active"
    except RiskmeshError:
        return False  # not up yet


async def _imported() -> float:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", IMPORTS, env=child_environment())
    await process.wait()
    return time.monotonic() - began


def _fill(institution: Institution, records: int) -> None:
    """Under tags that cost nothing: a start reads none of them."""
    settings = institution.settings
    keyring = open_keyring(settings.keys.folder, PASSPHRASE)
    version = KeyVersion(1)
    tagger = Tagger(secret=keyring.oprf_secret_for_workers(version), holder=MemberId(1), key_version=version)
    settings.dataset.folder.mkdir(parents=True, exist_ok=True)
    fill(settings.dataset.folder, tagger, records, keyring.storage_cipher("records"))


BENCHMARK = Benchmark(title="Starting a daemon", measure=measure, quick=lambda: measure(20_000))

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=RECORDS, help="that it holds (%(default)s)")
    given = arguments.parse_args()
    show(Benchmark(title=BENCHMARK.title, measure=lambda: measure(given.records)))
