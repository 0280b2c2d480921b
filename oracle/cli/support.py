"""`riskmesh support-bundle`: what somebody who helps has to see, and nothing that nobody else may see."""

import io
import os
import platform
import re
import sqlite3
import sys
import tarfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from oracle import __version__
from oracle.api.client import connect
from oracle.cli.checks import carry_out
from oracle.cli.command import Session, command, group
from oracle.cli.errors import BundleExists
from oracle.config.loading import load_settings
from oracle.config.settings import Settings
from oracle.config.shown import shown_settings
from oracle.domain.errors import RiskmeshError
from oracle.store.glance import glance
from oracle.telemetry.log_file import last_lines

app = group(about="Health.")
NAME = re.compile(r"[A-Za-z0-9._-]+")
MOST_OF_THE_LOG = 4 * 1024 * 1024
ABOUT = """\
What riskmesh support-bundle gathered on one machine of one institution.

versions.json       program, Python, packages, system
configuration.json  riskmesh.toml; credentials are left out, nodes are named by host and port
check.json          what riskmesh check found
status.json         what riskmesh status says; waiting.json what is in flight; metrics.txt the figures
store.json          the schema of the store and the number of rows of each table
log.jsonl           the last lines of the log, which never holds a secret or a subject
missing.txt         what could not be gathered, and why

No keys, no pass phrase, no token, no subject, no record, no case reference. Names of members, host names,
accounts on the chain, and identifiers of queries, batches and transactions are in it: read it before you give
it away.
"""


@command(
    app,
    "support-bundle",
    example="riskmesh support-bundle support.tar.gz",
    failure="The bundle was not written.",
)
async def support_bundle(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new .tar.gz file.")],
) -> None:
    """Gather versions, settings, checks, status, figures and the log's end, without secrets or subjects."""
    if file.exists():
        raise BundleExists(f"{file} is there already.")
    missing: list[str] = []
    documents: dict[str, bytes] = {"README.txt": ABOUT.encode(), "versions.json": _json(_versions())}
    report = await carry_out(session, shown_as_they_end=False)
    documents["check.json"] = _json({"version": report.version, "checks": report.checks})
    try:
        settings = load_settings(session.configuration_path())
    except RiskmeshError as error:
        missing.append(f"configuration, status, store, log: {error}")
    else:
        documents["configuration.json"] = _json(shown_settings(settings))
        documents["log.jsonl"] = last_lines(settings.log.file, size_bytes=MOST_OF_THE_LOG).encode()
        documents |= {name: content async for name, content in _of_the_daemon(settings, missing)}
        documents |= {name: content async for name, content in _of_the_store(settings, missing)}
    documents["missing.txt"] = "".join(f"{line}\n" for line in missing).encode()
    _write(file, documents)
    session.say(f"{file} holds {len(documents)} documents. Read it before you give it away.")


async def _of_the_daemon(settings: Settings, missing: list[str]) -> AsyncIterator[tuple[str, bytes]]:
    try:
        async with connect(settings.api.listen) as client:
            yield "status.json", _json(await client.status())
            yield "waiting.json", _json(await client.waiting())
            yield "metrics.txt", (await client.metrics()).text.encode()
    except RiskmeshError as error:
        missing.append(f"status, waiting, metrics: {error}")


async def _of_the_store(settings: Settings, missing: list[str]) -> AsyncIterator[tuple[str, bytes]]:
    try:
        found = await glance(settings.store.url)
    except RiskmeshError as error:
        missing.append(f"store: {error}")
    else:
        yield "store.json", _json({} if found is None else asdict(found))


def _versions() -> dict[str, object]:
    return {
        "riskmesh": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "sqlite": sqlite3.sqlite_version,
        "packages": _packages(),
        "gathered_at": int(time.time()),
    }


def _packages() -> dict[str, str]:
    """What this installation has of what the program asks for."""
    asked = [each for each in requires("riskmesh") or () if "extra ==" not in each]
    names = {name for requirement in asked for name in NAME.findall(requirement)[:1]}
    found = {}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _write(file: Path, documents: dict[str, bytes]) -> None:
    """Only this account may read it: it is for its owner to decide who else does."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, content in documents.items():
            entry = tarfile.TarInfo(f"riskmesh-support/{name}")
            entry.size, entry.mtime, entry.mode = len(content), int(time.time()), 0o600
            archive.addfile(entry, io.BytesIO(content))
