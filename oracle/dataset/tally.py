"""Running counts of the current records: in all, by subject type and by category."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from oracle.dataset.layout import pack_number, unpack_number
from oracle.dataset.rows import Rows
from oracle.domain.record import Category, Record
from oracle.domain.subject import SubjectType


class _Kind(IntEnum):
    RECORDS = 0
    TYPE = 1
    CATEGORY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCounts:
    """Current records, those for the next snapshot included."""

    records: int
    by_type: dict[SubjectType, int]
    by_category: dict[Category, int]


class Tally:
    """Collects the differences of one transaction, so that each count is written once."""

    def __init__(self) -> None:
        self._differences: Counter[tuple[_Kind, int]] = Counter()

    def add(self, subject: bytes, record: Record) -> None:
        self._count(subject, record, 1)

    def remove(self, subject: bytes, record: Record) -> None:
        self._count(subject, record, -1)

    def count(self, types: Mapping[int, int], categories: Mapping[int, int]) -> None:
        """Many records at once, of one item each."""
        self._differences[_Kind.RECORDS, 0] += sum(types.values())
        for code, number in types.items():
            self._differences[_Kind.TYPE, code] += number
        for code, number in categories.items():
            self._differences[_Kind.CATEGORY, code] += number

    def write(self, rows: Rows) -> None:
        for (kind, code), difference in self._differences.items():
            if difference:
                key = bytes((kind, code))
                count = unpack_number(rows.txn.get(key, b"", db=rows.tables.counts)) + difference
                rows.txn.put(key, pack_number(count), db=rows.tables.counts)
        self._differences.clear()

    def _count(self, subject: bytes, record: Record, step: int) -> None:
        self._differences[_Kind.RECORDS, 0] += step
        self._differences[_Kind.TYPE, subject[0]] += step
        for item in record.items:
            self._differences[_Kind.CATEGORY, item.category] += step


def record_count(rows: Rows) -> int:
    return unpack_number(rows.txn.get(bytes((_Kind.RECORDS, 0)), b"", db=rows.tables.counts))


def read_counts(rows: Rows) -> RecordCounts:
    by_type: dict[SubjectType, int] = {}
    by_category: dict[Category, int] = {}
    for key, value in rows.txn.cursor(db=rows.tables.counts):
        kind, code = key
        count = unpack_number(value)
        if not count:
            continue
        if kind == _Kind.TYPE:
            by_type[SubjectType(code)] = count
        elif kind == _Kind.CATEGORY:
            by_category[Category(code)] = count
    return RecordCounts(records=record_count(rows), by_type=by_type, by_category=by_category)
