"""From lines to the rows of a run: what a worker process does with one block of an import."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, Self

from oracle.crypto.buckets import bucket_hash
from oracle.crypto.storage import StorageCipher
from oracle.dataset.blocks import Block
from oracle.dataset.errors import DatasetUnreadable
from oracle.dataset.importing import LineReader, ParsedLine, Reading
from oracle.dataset.layout import pack_hash
from oracle.dataset.lines import BadLine
from oracle.dataset.runs import Run, RunHead, pack_row, run_path, write_run
from oracle.dataset.stored_record import RowCipher, packed_record, record_context
from oracle.dataset.tagging import IndexKeys, own_tags
from oracle.domain.ids import Tag
from oracle.domain.record import Record, RecordItem
from oracle.peer.record_codec import SALT_SIZE, encode_record, frame_of, record_digest

_NAME_CONTEXT: Final = b"riskmesh/1/run"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedBlock:
    run: Path | None
    """None when the lines were only to be read."""
    good: int
    bad: tuple[BadLine, ...]


def read_block(reading: Reading, block: Block) -> IndexedBlock:
    """Parse a block and keep nothing of it."""
    good, bad = _read(reading, block)
    return IndexedBlock(run=None, good=len(good), bad=bad)


def index_block(keys: IndexKeys, folder: Path, reading: Reading, block: Block) -> IndexedBlock:
    """Parse a block and leave its run in `folder`; that of an earlier attempt is used again.

    Raises `DatasetUnreadable` when it cannot be written.
    """
    path = run_path(folder, _name(keys, reading, block))
    if path.is_file():
        head = Run(path).head
        return IndexedBlock(run=path, good=head.rows, bad=tuple(head.bad_lines))
    good, bad = _read(reading, block)
    try:
        write_lines(StorageCipher.in_worker(keys.storage_key), path, good, tags_of(keys, good), bad)
    except OSError as error:
        raise DatasetUnreadable(
            f"The folder {folder} cannot be written ({type(error).__name__}). Check its permissions and "
            "that its disk is writable and not full."
        ) from None
    return IndexedBlock(run=path, good=len(good), bad=bad)


def tags_of(keys: IndexKeys, lines: Sequence[ParsedLine]) -> list[Tag]:
    subjects = [line.subject.encoded for line in lines]
    return own_tags(keys.oprf_secret, keys.holder, keys.key_version, subjects)


def write_lines(
    cipher: RowCipher,
    path: Path,
    lines: Sequence[ParsedLine],
    tags: Sequence[Tag],
    bad: Sequence[BadLine] = (),
) -> None:
    """The run of lines that have been parsed."""
    said = {id(line.item): line.item for line in lines}
    encodings = {key: _Encoding.of(item) for key, item in said.items()}
    items = Counter(id(line.item) for line in lines)
    categories: Counter[int] = Counter()
    for key, count in items.items():
        categories[int(said[key].category)] += count
    head = RunHead(
        rows=len(lines),
        bad=tuple((line.number, line.reason) for line in bad),
        types=Counter(int(line.subject.type) for line in lines),
        categories=categories,
    )
    write_run(path, _rows(cipher, lines, tags, encodings), head)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Encoding:
    """What many lines say alike is encoded once; a reader gives them the same item."""

    encoded: bytes
    frame: bytes
    last_day: int

    @classmethod
    def of(cls, item: RecordItem) -> Self:
        encoded = encode_record(Record(items=(item,)))
        return cls(encoded=encoded, frame=frame_of(encoded), last_day=item.expires_day)


def _read(reading: Reading, block: Block) -> tuple[list[ParsedLine], tuple[BadLine, ...]]:
    reader = LineReader(reading, first_line=block.first_line)
    good: list[ParsedLine] = []
    bad: list[BadLine] = []
    for line in (*reader.feed(block.content), *reader.finish()):
        if isinstance(line, BadLine):
            bad.append(line)
        else:
            good.append(line)
    return good, tuple(bad)


def _rows(
    cipher: RowCipher, lines: Sequence[ParsedLine], tags: Sequence[Tag], encodings: Mapping[int, _Encoding]
) -> list[bytes]:
    salts = secrets.token_bytes(SALT_SIZE * len(lines))
    rows = []
    for position, (line, tag) in enumerate(zip(lines, tags, strict=True)):
        said, subject = encodings[id(line.item)], line.subject.encoded
        salt = salts[position * SALT_SIZE : (position + 1) * SALT_SIZE]
        digest = record_digest(salt, said.frame)
        place = pack_hash(bucket_hash(subject)) + tag
        sealed = cipher.seal(packed_record(salt, said.encoded, subject), record_context(place, digest))
        rows.append(pack_row(place, line.number, said.last_day, digest, sealed))
    return rows


def _name(keys: IndexKeys, reading: Reading, block: Block) -> str:
    """The same for the same lines under the same keys, read the same way; says nothing to others."""
    defaults = reading.defaults
    stated = repr(
        (
            reading.form.value,
            reading.columns,
            astuple(defaults),
            keys.holder,
            keys.key_version,
            block.first_line,
        )
    )
    named = hmac.new(keys.storage_key, _NAME_CONTEXT, "sha256")
    for part in (keys.oprf_secret, stated.encode(), block.content):
        named.update(hashlib.sha256(part).digest())
    return named.hexdigest()[:32]
