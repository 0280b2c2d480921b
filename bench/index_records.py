"""Records for an index of any size, made where they are needed: a worker process makes its own."""

import hashlib
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import primitives
from holder import VERSION

from oracle.crypto.storage import StorageCipher
from oracle.dataset.building import Terms, build_snapshot
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.identity import settle
from oracle.dataset.importing import ParsedLine
from oracle.dataset.indexing import tags_of, write_lines
from oracle.dataset.loading import load_runs
from oracle.dataset.runs import Run, clear_runs, run_path
from oracle.dataset.tagging import IndexKeys, Tagger
from oracle.domain.ids import Sequence as SnapshotNumber
from oracle.domain.ids import Tag
from oracle.domain.record import Category, RecordItem
from oracle.domain.subject import Subject, SubjectType

TODAY = int(time.time()) // 86_400
CIPHER = StorageCipher(bytes(32), "dataset")
A_RUN = 20_000
"""Lines of a block of a megabyte."""
PROCESSES: Final = 2
TERMS: Final = Terms(key_version=VERSION, now=TODAY * 86_400, max_bits=32, after=SnapshotNumber(0))


def subject_of(number: int) -> Subject:
    return Subject(type=SubjectType.PHONE, value=f"+861{number:010}")


def lines(first: int, count: int) -> list[ParsedLine]:
    """Phones that a list names for one of twenty reasons on one of 365 days; as from a reader."""
    return [
        ParsedLine(number=number + 1, subject=subject_of(number), item=_item(number % 20, number % 365))
        for number in range(first, first + count)
    ]


@cache
def _item(reason: int, day: int) -> RecordItem:
    return RecordItem(
        category=Category(1 + reason % 4),
        severity=1 + reason % 5,
        first_seen_day=TODAY - day,
        last_seen_day=TODAY - day,
        reason_code=9,
        evidence_class=1,
        confidence_bps=8_000,
        expires_day=TODAY + 730 - day,
        holder_reference="",
    )


def cheap_tags(subjects: Sequence[bytes]) -> list[Tag]:
    """As good as real ones to whoever only reads: an index does not care where its tags come from."""
    return [Tag(hashlib.sha256(subject).digest()[:16]) for subject in subjects]


@contextmanager
def building_pool() -> Iterator[ProcessPoolExecutor]:
    """As urgent as what they are held against, unlike those of a daemon."""
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(primitives.hash_and_multiply, [1] * PROCESSES))  # they have started
        yield pool


def parts(records: int) -> list[tuple[int, int]]:
    return [(first, min(A_RUN, records - first)) for first in range(0, records, A_RUN)]


@contextmanager
def opened(folder: Path, tagger: Tagger, cipher: StorageCipher = CIPHER) -> Iterator[DatasetEnvironment]:
    environment = DatasetEnvironment(folder)
    try:
        settle(environment, cipher, tagger)
        yield environment
    finally:
        environment.close()


def fill(folder: Path, tagger: Tagger, records: int, cipher: StorageCipher = CIPHER) -> None:
    """A first snapshot of so many records, under tags that cost nothing."""
    keys = tagger.keys(cipher.key_for_workers())
    with opened(folder, tagger, cipher) as environment, building_pool() as pool:
        work = [
            pool.submit(write_run, keys, environment.runs_folder, *part, cheap=True)
            for part in parts(records)
        ]
        load_runs(environment, cipher, [Run(each.result().path) for each in work], strict=True)
        clear_runs(environment.runs_folder)
        build_snapshot(environment, cipher, TERMS, processes=PROCESSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    path: Path
    making_s: float
    """Seconds in which the lines were made: not the work of an index."""


def write_run(keys: IndexKeys, folder: Path, first: int, count: int, *, cheap: bool) -> Written:
    """In a worker, as an import does with a block once it is parsed."""
    path = run_path(folder, f"{first:012}")
    began = time.monotonic()
    made = lines(first, count)
    making_s = time.monotonic() - began
    tags = cheap_tags([line.subject.encoded for line in made]) if cheap else tags_of(keys, made)
    write_lines(StorageCipher.in_worker(keys.storage_key), path, made, tags)
    return Written(path=path, making_s=making_s)
