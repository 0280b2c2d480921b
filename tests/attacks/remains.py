"""All that remains of a query: a holder's files and what its keys open of them, and the whole chain."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from attacks.member import InProcess
from attacks.traces import Place
from sqlalchemy import LargeBinary, select

from oracle.dataset.layout import Entry
from oracle.dataset.pending import stored_record
from oracle.store.tables import answers, metadata

SEALED = ("envelope", "reply", "disclosures")
NEVER_ASKED = ("queries", "batches", "replies", "receipts")
"""Tables of a requester: what they seal is looked for by their being empty."""


def files_of(member: InProcess) -> Iterator[Place]:
    """Every file of the member's data as it lies on the disk."""
    for path in sorted((member.base.settings.home / "data").rglob("*")):
        if path.is_file():
            yield Place(name=path.name, content=path.read_bytes())


def contents(member: InProcess) -> dict[str, str]:
    """The hash of every file of the member's data: store, dataset, whatever else would appear beside them."""
    found = {}
    for path in sorted((member.base.settings.home / "data").rglob("*")):
        # The store's shared memory of its log has no data of its own, and a lock file no content that counts.
        if path.is_file() and not path.name.endswith(("-shm", "lock.mdb")):
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


async def rows_of(member: InProcess) -> AsyncIterator[Place]:
    """Every value of every table; sealed ones as their key opens them."""
    cipher = member.base.keyring.storage_cipher("answered")
    async with member.base.database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).mappings().all()
            assert not (rows and table.name in NEVER_ASKED)
            for row in rows:
                for column in table.columns:
                    value: Any = row[column.name]
                    if value is None:
                        continue
                    if table is answers and column.name in SEALED:
                        context = b"/".join((b"answers", row["batch_id"], column.name.encode()))
                        value = cipher.open(value, context)
                    content = value if isinstance(column.type, LargeBinary) else str(value).encode()
                    yield Place(name=f"{table.name}.{column.name}", content=content)


def dataset_of(member: InProcess) -> Iterator[Place]:
    """Every row of the dataset, and every record as its key opens it."""
    cipher = member.base.keyring.storage_cipher("records")
    with member.holder.dataset._environment.reading() as rows:  # noqa: SLF001 - nothing public shows raw rows
        for name in rows.tables.__slots__:
            for key, value in rows.txn.cursor(db=getattr(rows.tables, name)).iternext():
                yield Place(name=f"dataset {name}", content=key + b"\0" + value)
        for key, value in rows.txn.cursor(db=rows.tables.entries).iternext():
            record = stored_record(cipher, Entry.parse(key, value))
            assert record is not None
            yield Place(name="a record", content=record.packed())


def chain_of(chain: Any) -> Iterator[Place]:
    """Every block with its transactions, and every log there is."""
    head = int(chain.call("eth_blockNumber"), 16)
    for number in range(head + 1):
        block = chain.call("eth_getBlockByNumber", hex(number), True)
        yield Place(name=f"block {number}", content=json.dumps(block).encode())
    logs = chain.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    assert logs
    yield Place(name="logs of the chain", content=json.dumps(logs).encode())


async def all_of(member: InProcess, chain: Any, log: str) -> list[Place]:
    """Everything that the holder has, and everything that everybody has."""
    rows = [place async for place in rows_of(member)]
    rest = (*files_of(member), *dataset_of(member), *chain_of(chain))
    return [*rows, *rest, Place(name="log", content=log.encode())]
