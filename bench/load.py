"""A daemon at and beyond saturation: `python bench/load.py` (five minutes) shows and renews bench/load.json.

Other members ask a requester's daemon for the sealed envelope of a batch: work that reads the store, decrypts
and seals. Asker, chain and those that ask are processes of their own. What counts are ratios within one run:
the machine and whatever else runs on it meet all phases alike.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
from machine import Machine

from oracle.crypto.keyring import open_keyring
from oracle.crypto.tls import client_context
from oracle.demo.institutions import (
    PARAMETERS,
    PASSPHRASE,
    Institution,
    found,
    set_up,
    start_daemon,
    status_when,
)
from oracle.demo.lists import HeldList, write_csv
from oracle.demo.processes import Processes, processes, start_anvil
from oracle.domain.reports import RawSubject

RESULTS: Final = Path(__file__).resolve().parent / "load.json"
NAMES: Final = ("asker", "holder", "flooder")
SUBJECTS: Final = 100
SATURATING: Final = 8
"""Lines that keep a member's share of the server busy: as many requests of one member run at once."""
MANY: Final = 60
"""Lines of a member that offers more than is served, whatever it is told."""
BEYOND: Final = 3
"""Times what is served at saturation."""
LIMITS: Final = (
    "[limits]\nmember_requests_per_s = 100_000\nmember_connections = 64\nhandshakes_per_address = 128\n"
)
"""So that the machine is what is saturated, and not the bound on one member's rate."""
BUSY: Final = (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One member's lines to the asker, in a process of their own."""

    url: str
    certificate: bytes
    keys: Path

    def ask(self, lines: int, seconds: float, per_s: float | None) -> Counter[int]:
        """Answers by status, 0 for connections that were dropped; `per_s` offered, or one after the other."""
        return asyncio.run(self._ask(lines, seconds, per_s))

    async def _ask(self, lines: int, seconds: float, per_s: float | None) -> Counter[int]:
        answers: Counter[int] = Counter()
        context = client_context(open_keyring(self.keys, PASSPHRASE).tls_identity, (self.certificate,))
        began = time.monotonic()
        every_s = 0.0 if per_s is None else lines / per_s

        async def one_line(session: aiohttp.ClientSession, number: int) -> None:
            due = began + every_s * number / lines
            while (now := time.monotonic()) < began + seconds:
                if due > now:
                    await asyncio.sleep(due - now)
                due += every_s
                try:
                    async with session.get(self.url) as response:
                        await response.read()
                        answers[response.status] += 1
                except aiohttp.ClientError:
                    answers[0] += 1

        connector = aiohttp.TCPConnector(ssl=context, limit=lines)
        async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
            for number in range(lines):
                group.create_task(one_line(session, number))
        return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    caller: Caller
    lines: int
    per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What one kind of load came to."""

    name: str
    seconds: int
    served_per_s: float
    """Of the member that is counted."""
    answered_per_s: float
    """Of all, refusals included: what was offered."""
    refused_of_counted: int
    statuses: dict[str, int]
    resident_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=90, help="for each phase (default 90)")
    given = parser.parse_args()
    before = os.getloadavg()[0]
    phases = asyncio.run(_measure(given.seconds))
    saturation, beyond, beside = phases
    document = {
        "version": 1,
        "machine": asdict(Machine.here()),
        "load_before_and_after": [before, os.getloadavg()[0]],
        "phases": [asdict(phase) for phase in phases],
        "offered_beyond_saturation": round(beyond.answered_per_s / saturation.served_per_s, 2),
        "goodput_beyond_saturation": round(beyond.served_per_s / saturation.served_per_s, 2),
        "honest_beside_a_flood": round(beside.served_per_s / saturation.served_per_s, 2),
        "resident_growth_mib": round(beside.resident_mib - saturation.resident_mib, 1),
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")
    print(json.dumps(document, indent=2))


async def _measure(seconds: int) -> Sequence[Phase]:
    with tempfile.TemporaryDirectory(prefix="rm") as folder, _generators() as pool:
        async with processes(Path(folder) / "logs") as running:
            asker, (honest, flooder) = await _stage(running, Path(folder))
            measure = partial(_phase, pool, asker)
            await measure("warm", min(10, seconds), [Load(caller=honest, lines=SATURATING)])
            saturated = await measure("saturated", seconds, [Load(caller=honest, lines=SATURATING)])
            offered = BEYOND * saturated.served_per_s
            beyond = await measure(
                "one member offers three times that",
                seconds,
                [Load(caller=honest, lines=MANY, per_s=offered)],
            )
            beside = await measure(
                "saturating, beside another that offers three times that",
                seconds,
                [Load(caller=honest, lines=SATURATING), Load(caller=flooder, lines=MANY, per_s=offered)],
            )
            return saturated, beyond, beside


def _generators() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


async def _phase(
    pool: ProcessPoolExecutor, asker: Institution, name: str, seconds: int, loads: Sequence[Load]
) -> Phase:
    """The first load is the one whose answers are counted as served."""
    loop = asyncio.get_running_loop()
    each = await asyncio.gather(
        *(loop.run_in_executor(pool, load.caller.ask, load.lines, seconds, load.per_s) for load in loads)
    )
    everything = sum(each, Counter[int]())
    unexpected = set(everything) - {0, 200, *BUSY}
    if unexpected:
        raise SystemExit(f"the asker answered with {sorted(unexpected)}")
    return Phase(
        name=name,
        seconds=seconds,
        served_per_s=round(each[0][200] / seconds, 1),
        answered_per_s=round(everything.total() / seconds, 1),
        refused_of_counted=sum(each[0][status] for status in BUSY),
        statuses={str(status): count for status, count in sorted(everything.items())},
        resident_mib=_resident_mib(asker),
    )


async def _stage(running: Processes, work: Path) -> tuple[Institution, list[Caller]]:
    """Three members with lists published, and a batch that the asker has committed."""
    rpc, deployment = await start_anvil(running), work / "deployment.json"
    made = [Institution(name=name, home=work / name, held=_list(name)) for name in NAMES]
    asker, *others = made
    for each in made:
        await set_up(each, rpc, deployment)
    settings = asker.home / "riskmesh.toml"
    settings.write_text(settings.read_text().replace("[limits]\n", LIMITS))
    await found(made, rpc, work, PARAMETERS.replace("epoch_length_s = 30", "epoch_length_s = 86_400"))
    for each in made:
        await start_daemon(running, each)
    for each in made:
        await status_when(running, each, "active")
        write_csv(work / f"{each.name}.csv", each.held)
        await each.command("records", "import", work / f"{each.name}.csv")
        async with each.client() as client:
            await client.publish_snapshot()
    subjects = [RawSubject(type="domain", value=f"asked{number}.example") for number in range(SUBJECTS)]
    async with asker.client() as client:
        accepted = await client.submit(subjects, purpose=None, case_reference="", deadline_s=3_600)
        async for _ in client.query_events(accepted.query_id):
            """Until the query has ended."""
    (batch_id,) = accepted.batches
    certificate = open_keyring(_keys(asker, work), PASSPHRASE).certificate
    url = f"{asker.settings.peer.endpoint}/peer/v1/envelopes/{batch_id.removeprefix('0x')}"
    return asker, [Caller(url=url, certificate=certificate, keys=_keys(each, work)) for each in others]


def _keys(institution: Institution, work: Path) -> Path:
    """A copy: the daemon has locked the folder."""
    copy = work / f"keys-of-{institution.name}"
    shutil.copytree(institution.settings.keys.folder, copy)
    return copy


def _list(name: str) -> HeldList:
    lines = (RawSubject(type="domain", value=f"{name}.example"),)
    return HeldList(source="the benchmark", lines=lines, category="telecom_fraud", reason="phishing")


def _resident_mib(institution: Institution) -> float:
    """Of the daemon's own process, whose workers have other command lines."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and str(institution.home) in (process / "cmdline").read_text().split("\0"):
            found = re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text())
            if found is not None:
                return round(int(found[1]) / 1024, 1)
    raise SystemExit("the asker's daemon does not run")


if __name__ == "__main__":
    main()
