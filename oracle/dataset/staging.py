"""Lines of an import that has not ended: kept apart, so that a file enters wholly or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.crypto.buckets import bucket_hash
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import StrictImportRefused
from oracle.dataset.importing import ParsedLine
from oracle.dataset.layout import pack_number, pack_staged, unpack_number, unpack_staged
from oracle.dataset.lines import BadLine
from oracle.dataset.pending import Change, PendingChanges
from oracle.dataset.stored_record import RowCipher, StoredRecord
from oracle.domain.ids import Tag
from oracle.domain.record import Record
from oracle.peer.record_codec import encode_record
from oracle.peer.record_errors import RecordTooLarge

_NO_SALT = bytes(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the staged lines did to the dataset, and those that no longer fitted their record."""

    added: int
    updated: int
    unchanged: int
    refused: tuple[BadLine, ...]


def stage(
    environment: DatasetEnvironment, cipher: RowCipher, lines: Sequence[ParsedLine], tags: Sequence[Tag]
) -> None:
    with environment.writing() as rows:
        for line, tag in zip(lines, tags, strict=True):
            key = pack_number(line.number)
            subject = line.subject.encoded
            encoded = encode_record(Record(items=(line.item,)))
            content = StoredRecord(subject=subject, salt=_NO_SALT, encoded=encoded)
            sealed = cipher.seal(content.packed(), _context(key))
            rows.txn.put(key, pack_staged(bucket_hash(subject), tag) + sealed, db=rows.tables.staged)


def apply_staged(environment: DatasetEnvironment, cipher: RowCipher, *, strict: bool) -> Applied:
    """Makes all staged lines pending changes, in the order of the file and in one transaction."""
    counts = dict.fromkeys(Change, 0)
    refused: list[BadLine] = []
    with environment.writing() as rows:
        changes = PendingChanges(rows, cipher)
        for key, row in rows.txn.cursor(db=rows.tables.staged):
            hash32, tag, sealed = unpack_staged(row)
            content = StoredRecord.parse(cipher.open(sealed, _context(key)))
            try:
                change = changes.put(hash32, tag, content.subject, content.record.items[0])
            except RecordTooLarge as error:
                refused.append(BadLine(number=unpack_number(key), reason=str(error)))
            else:
                counts[change] += 1
        if strict and refused:
            # Leaving the block this way undoes every change of it.
            raise StrictImportRefused(bad_lines=len(refused), first_number=refused[0].number)
        changes.finish()
        rows.txn.drop(rows.tables.staged, delete=False)
    return Applied(
        added=counts[Change.ADDED],
        updated=counts[Change.UPDATED],
        unchanged=counts[Change.UNCHANGED],
        refused=tuple(refused),
    )


def clear_staged(environment: DatasetEnvironment) -> None:
    """Forgets an import that was refused, cancelled or cut off by a crash."""
    with environment.writing() as rows:
        rows.txn.drop(rows.tables.staged, delete=False)


def _context(key: bytes) -> bytes:
    return b"staged" + key
