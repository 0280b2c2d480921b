"""A plain central lookup service: the same store and the same lines, and nobody hides anything."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import lmdb
import msgspec
from aiohttp import web

_MAP_SIZE: Final = 2**34
_AT_ONCE: Final = 100_000
RECORD: Final = {
    "category": "telecom_fraud",
    "severity": 3,
    "reason": 9,
    "last_seen_day": 20_000,
    "source": 1,
}


class PlainStore:
    """Records by subject in LMDB, made when the first question comes."""

    def __init__(self, folder: Path, records: int) -> None:
        self._folder = folder
        self._records = records
        self._environment: lmdb.Environment | None = None

    def find(self, subjects: Sequence[str]) -> list[msgspec.Raw | None]:
        if self._environment is None:
            self._environment = self._opened()
        with self._environment.begin() as transaction:
            found = [transaction.get(subject.encode()) for subject in subjects]
        return [None if value is None else msgspec.Raw(value) for value in found]

    def close(self) -> None:
        if self._environment is not None:
            self._environment.close()

    def _opened(self) -> lmdb.Environment:
        self._folder.mkdir(parents=True, exist_ok=True)
        environment = lmdb.open(str(self._folder), map_size=_MAP_SIZE)
        record = msgspec.json.encode(RECORD)
        for first in range(environment.stat()["entries"], self._records, _AT_ONCE):
            with environment.begin(write=True) as transaction:
                for number in range(first, min(first + _AT_ONCE, self._records)):
                    transaction.put(b"+861%010d" % number, record)
        return environment


class LookupHandler:
    """Subjects in, records out, as JSON."""

    def __init__(self, store: PlainStore) -> None:
        self._store = store

    async def answer(self, request: web.Request) -> web.Response:
        subjects = msgspec.json.decode(await request.read(), type=list[str])
        return web.Response(body=msgspec.json.encode(self._store.find(subjects)))
