"""How long a dataset takes to import, build, update, reopen and cut: `python bench/dataset.py [records]`."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import TypeVar

from oracle.crypto.storage import StorageCipher
from oracle.crypto.voprf import generate_key
from oracle.crypto.workers import Workers
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.import_run import ImportProgress
from oracle.dataset.importing import ImportFormat
from oracle.dataset.lines import BadLine
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId

Result = TypeVar("Result")
DEFAULT_RECORDS = 20_000
CUTS = 10_000


class Bench:
    def __init__(self, folder: Path, workers: Workers) -> None:
        self.folder = folder
        self.now = int(time.time())
        self.cipher = StorageCipher(bytes(32), "dataset")
        self.tagger = Tagger(
            secret=generate_key(), holder=MemberId(1), key_version=KeyVersion(1), workers=workers
        )
        self.worst_lag_s = 0.0

    async def run(self, records: int) -> None:
        dataset = await self.timed("open an empty folder", 1, self.open())
        watch = asyncio.create_task(self.watch_the_loop())
        await self.timed("import, all new", records, self.imports(dataset, 0, records))
        await self.timed("build the first snapshot", records, dataset.build_snapshot(now=self.now))
        await self.timed("import the same file", records, self.imports(dataset, 0, records))
        await self.timed("import, new", 1_000, self.imports(dataset, records, records + 1_000))
        row = await self.timed("build the next snapshot", 1_000, dataset.build_snapshot(now=self.now))
        prefixes = [(row.bits, number % (1 << row.bits)) for number in range(CUTS)]
        await self.timed("cut one bucket each", CUTS, dataset.cut(row.sequence, prefixes))
        watch.cancel()
        await dataset.close()
        dataset = await self.timed("open again", 1, self.open())
        await self.timed("read the newest tree", row.records, dataset.latest())
        await dataset.close()
        size = sum(path.stat().st_size for path in self.folder.iterdir())
        print(f"{'on disk':28} {size / row.records:10.0f} bytes a record")
        print(f"{'longest hold of the loop':28} {self.worst_lag_s * 1_000:10.1f} ms")

    async def timed(self, what: str, count: int, work: Awaitable[Result]) -> Result:
        began = time.perf_counter()
        result = await work
        took = time.perf_counter() - began
        print(f"{what:28} {took:10.3f} s {count / took:12,.0f}/s")
        return result

    def open(self) -> Awaitable[Dataset]:
        return Dataset.open(self.folder, cipher=self.cipher, tagger=self.tagger)

    async def imports(self, dataset: Dataset, first: int, last: int) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"type,value,category,reason\n"
            for start in range(first, last, 1_000):
                numbers = range(start, min(start + 1_000, last))
                yield "".join(f"phone,+861380{number:07},telecom_fraud,9\n" for number in numbers).encode()

        await dataset.import_lines(
            chunks(), form=ImportFormat.CSV, defaults=Defaults(today=self.now // 86_400), report=ignore
        )

    async def watch_the_loop(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.worst_lag_s = max(self.worst_lag_s, time.perf_counter() - began - 0.005)


async def ignore(_event: ImportProgress | BadLine) -> None:
    """Nobody watches."""


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RECORDS
    workers = Workers(2)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(Bench(Path(folder), workers).run(records))
    workers.close()


if __name__ == "__main__":
    main()
