"""`riskmesh records verify`: needs no daemon and no key."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import lmdb

from oracle.cli.exits import ExitCode
from oracle.config.loading import load_settings
from oracle.crypto.storage import StorageCipher
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.importing import ImportFormat
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId

Command = Callable[..., Any]


async def _build(folder: Path) -> str:
    """Two snapshots of domains; the root of the newest."""

    async def lines(first: int) -> AsyncIterator[bytes]:
        yield b"type,value,category,reason\n"
        for number in range(first, first + 60):
            yield b"domain,host%d.example,telecom_fraud,phishing\n" % number

    async def ignore(_event: object) -> None:
        """Nobody watches."""

    tagger = Tagger(secret=(5).to_bytes(32, "little"), holder=MemberId(7), key_version=KeyVersion(1))
    dataset = await Dataset.open(folder, cipher=StorageCipher(bytes(32), "records"), tagger=tagger)
    try:
        for first in (0, 60):
            await dataset.import_lines(
                lines(first), form=ImportFormat.CSV, defaults=Defaults(today=20_000), report=ignore
            )
            row = await dataset.build_snapshot(now=20_000 * 86_400)
    finally:
        await dataset.close()
    return "0x" + row.root.hex()


def test_verify__a_dataset_that_is_whole__says_what_leads_to_which_root(
    riskmesh: Command, home: Path
) -> None:
    assert "no snapshot yet" in riskmesh("records", "verify", "--home", home).out
    root = asyncio.run(_build(load_settings(home / "riskmesh.toml").dataset.folder))

    assert "Snapshot 2: 120 records lead to its root." in riskmesh("records", "verify", "--home", home).out
    ran = riskmesh("records", "verify", "--all", "--json", "--home", home)

    assert [each["sequence"] for each in ran.json()["verified"]] == [1, 2]
    assert ran.json()["verified"][1]["root"] == root


def test_verify__an_altered_entry__is_found(riskmesh: Command, home: Path) -> None:
    folder = load_settings(home / "riskmesh.toml").dataset.folder
    asyncio.run(_build(folder))
    with lmdb.open(str(folder), max_dbs=16) as environment:
        entries = environment.open_db(b"entries 2")
        with environment.begin(write=True, db=entries) as txn:
            cursor = txn.cursor()
            cursor.last()
            # One bit of its digest.
            txn.put(
                cursor.key(), cursor.value()[:39] + bytes((cursor.value()[39] ^ 1,)) + cursor.value()[40:]
            )

    ran = riskmesh("records", "verify", "--home", home)

    assert ran.code == ExitCode.BUG
    assert "dataset_damaged" in ran.err
