"""The rows of a holder's dataset on disk: every key and value as fixed-width big-endian fields.

| database   | key                                 | value                          |
| ---------- | ----------------------------------- | ------------------------------ |
| entries    | hash32 · tag (16) · added_seq (8)   | removed_seq (8) · digest (32) · sealed until erased |
| removals   | removed_seq (8) · entry key         | empty                          |
| expiries   | last day (4)                        | hash32, as often as differ     |
| touched    | hash32                              | empty: its bucket changes in the next snapshot |
| snapshots  | sequence (8)                        | `SnapshotRow`                  |
| tiles      | band (1) · number (4) · sequence (8)| nodes of a tree, see `tiles`   |
| retired    | sequence (8)                        | key of a tile that a newer one replaced then |
| counts     | kind (1) · code (1)                 | count (8)                      |
| state      | name                                | see `environment`              |

An entry belongs to snapshot s when `added_seq <= s` and `removed_seq` is 0 or greater than s. Rows of the
snapshot being prepared carry the newest sequence + 1, so no built snapshot ever sees them. Values of two
different snapshots share every row that did not change between them: nothing is copied.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Self

from oracle.crypto.buckets import HASH_BITS
from oracle.domain.ids import KeyVersion, Sequence, Tag

_ENTRY_KEY: Final = struct.Struct(">I16sQ")
_ENTRY_VALUE: Final = struct.Struct(">Q32s")
_HASH32: Final = struct.Struct(">I")
_UINT64: Final = struct.Struct(">Q")
_DAY: Final = struct.Struct(">I")
_TILE_KEY: Final = struct.Struct(">BIQ")
_SNAPSHOT: Final = struct.Struct(">BB32sIQQQ32sI")
_SNAPSHOT_VERSION: Final = 2
_SNAPSHOT_SIZE_1: Final = 94
"""Of version 1, which ended before `changed`."""


ENTRY_KEY_SIZE: Final = _ENTRY_KEY.size


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKey:
    hash32: int
    tag: Tag
    added: Sequence

    def packed(self) -> bytes:
        return _ENTRY_KEY.pack(self.hash32, self.tag, self.added)

    @property
    def place(self) -> bytes:
        """hash32 · tag: the same for all versions of a record under one OPRF key."""
        return pack_hash(self.hash32) + self.tag

    @classmethod
    def parse(cls, row: bytes) -> Self:
        hash32, tag, added = _ENTRY_KEY.unpack(row)
        return cls(hash32=hash32, tag=Tag(tag), added=Sequence(added))

    def __repr__(self) -> str:
        return f"EntryKey(added={self.added})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    key: EntryKey
    removed: Sequence | None
    digest: bytes
    sealed: bytes = field(repr=False)
    """The record under the storage key, empty once erased."""

    def packed_value(self) -> bytes:
        return _ENTRY_VALUE.pack(self.removed or 0, self.digest) + self.sealed

    @classmethod
    def parse(cls, key: bytes, value: bytes) -> Self:
        removed, digest = _ENTRY_VALUE.unpack_from(value)
        return cls(
            key=EntryKey.parse(key),
            removed=Sequence(removed) if removed else None,
            digest=digest,
            sealed=value[_ENTRY_VALUE.size :],
        )

    def belongs_to(self, sequence: Sequence) -> bool:
        return self.key.added <= sequence and (self.removed is None or self.removed > sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """A built snapshot: immutable but for the block in which its publication was mined."""

    sequence: Sequence
    bits: int
    root: bytes
    oprf_key_version: KeyVersion
    records: int
    changed: int
    """Added, replaced or removed since the snapshot before."""
    created_at: int
    """Unix seconds."""
    published_block: int | None
    published_block_hash: bytes

    def packed(self) -> bytes:
        # Block numbers are stored + 1: 0 says "not published".
        block = 0 if self.published_block is None else self.published_block + 1
        return _SNAPSHOT.pack(
            _SNAPSHOT_VERSION,
            self.bits,
            self.root,
            self.oprf_key_version,
            self.records,
            self.created_at,
            block,
            self.published_block_hash,
            self.changed,
        )

    @classmethod
    def parse(cls, key: bytes, value: bytes) -> Self:
        if len(value) == _SNAPSHOT_SIZE_1:
            value += bytes(_SNAPSHOT.size - _SNAPSHOT_SIZE_1)
        _version, bits, root, key_version, records, created_at, block, block_hash, changed = _SNAPSHOT.unpack(
            value
        )
        return cls(
            sequence=Sequence(unpack_number(key)),
            bits=bits,
            root=root,
            oprf_key_version=KeyVersion(key_version),
            records=records,
            changed=changed,
            created_at=created_at,
            published_block=block - 1 if block else None,
            published_block_hash=block_hash,
        )


def pack_hash(hash32: int) -> bytes:
    return _HASH32.pack(hash32)


def unpack_hash(row: bytes) -> int:
    return int.from_bytes(row[: _HASH32.size], "big")


def pack_number(number: int) -> bytes:
    return _UINT64.pack(number)


def unpack_number(row: bytes) -> int:
    return int.from_bytes(row[: _UINT64.size], "big")


def bucket_start(number: int, bits: int) -> bytes:
    """First possible entry key of a bucket: its number in the top `bits` of hash32."""
    return pack_hash(number << (HASH_BITS - bits))


def pack_day(day: int) -> bytes:
    return _DAY.pack(day)


def unpack_day(row: bytes) -> int:
    return int.from_bytes(row[: _DAY.size], "big")


def alive_in(
    sequence: Sequence, rows: Iterable[tuple[bytes, bytes]], *, until: int = 1 << HASH_BITS
) -> Iterator[tuple[int, Tag, bytes]]:
    """hash32, tag and digest of the entry rows that snapshot `sequence` lists, before hash32 `until`.

    Every answer passes here: no `Entry` is built and no function is called for a row.
    """
    for key, value in rows:
        hash32, tag, added = _ENTRY_KEY.unpack(key)
        if hash32 >= until:
            return
        removed, digest = _ENTRY_VALUE.unpack_from(value)
        if added <= sequence and (not removed or removed > sequence):
            yield hash32, tag, digest


def pack_tile_key(band: int, number: int, sequence: int) -> bytes:
    return _TILE_KEY.pack(band, number, sequence)


def tile_place(key: bytes) -> bytes:
    """The key of a tile without its sequence: the same for all its versions."""
    return key[: -_UINT64.size]
