"""Whose dataset a folder holds and under which keys: settled before anything else is read or written."""

import secrets
from typing import Final

from oracle.crypto.errors import StoredValueDamaged
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetForeign, OprfKeyDiffers, StorageKeyWrong
from oracle.dataset.layout import Entry, EntryKey
from oracle.dataset.pending import Found, PendingChanges, stored_record
from oracle.dataset.rows import Rows
from oracle.dataset.stored_record import RowCipher, StoredRecord
from oracle.dataset.tagging import CHUNK, Tagger
from oracle.peer.record_codec import SALT_SIZE

_HOLDER: Final = b"holder"
_STORAGE_CHECK: Final = b"storage_check"
_KEY_VERSION: Final = b"oprf_key_version"
_PUBLIC_KEY: Final = b"oprf_public_key"


def settle(environment: DatasetEnvironment, cipher: RowCipher, tagger: Tagger) -> None:
    """Marks a new dataset as this holder's, or checks that it is; a newer OPRF key re-tags every record.

    Raises `DatasetForeign`, `StorageKeyWrong`, `OprfKeyDiffers`. A rotation is one transaction: a crash in it
    leaves the dataset under the old key.
    """
    with environment.writing() as rows:
        holder = tagger.holder.to_bytes(8, "big")
        version = tagger.key_version.to_bytes(4, "big")
        found = rows.txn.get(_HOLDER, db=rows.tables.state)
        if found is None:
            _put(rows, _HOLDER, holder)
            _put(rows, _STORAGE_CHECK, cipher.seal(b"", _STORAGE_CHECK))
        else:
            if found != holder:
                raise DatasetForeign(
                    "The dataset belongs to another member. Give this member its own dataset folder."
                )
            check_storage_key(rows, cipher)
            known = rows.txn.get(_KEY_VERSION, b"", db=rows.tables.state)
            if known > version:
                raise OprfKeyDiffers(
                    f"The dataset was tagged with version {int.from_bytes(known, 'big')} of the OPRF key and "
                    f"version {tagger.key_version} was given. Provide the newest key."
                )
            if known == version and rows.txn.get(_PUBLIC_KEY, db=rows.tables.state) != tagger.public_key:
                raise OprfKeyDiffers(
                    f"The dataset was tagged with another OPRF key of version {tagger.key_version}. "
                    "Restore the key file that belongs to it."
                )
            if known < version:
                _retag(rows, cipher, tagger)
        _put(rows, _KEY_VERSION, version)
        _put(rows, _PUBLIC_KEY, tagger.public_key)


def check_storage_key(rows: Rows, cipher: RowCipher) -> None:
    """Raises `StorageKeyWrong`."""
    sealed = rows.txn.get(_STORAGE_CHECK, b"", db=rows.tables.state)
    try:
        cipher.open(sealed, _STORAGE_CHECK)
    except StoredValueDamaged as error:
        raise StorageKeyWrong(
            "The storage key does not open the dataset. Restore the keystore that belongs to it."
        ) from error


def _retag(rows: Rows, cipher: RowCipher, tagger: Tagger) -> None:
    """Gives every current record a tag under the new key and a new salt, from the next snapshot on.

    Old tags stay in the snapshots that were published with them, and are answered with the old key.
    """
    changes = PendingChanges(rows, cipher)
    current = [
        entry
        for key, value in rows.txn.cursor(db=rows.tables.entries)
        if (entry := Entry.parse(key, value)).removed is None
    ]
    for start in range(0, len(current), CHUNK):
        chunk = [
            Found(entry=entry, stored=stored)
            for entry in current[start : start + CHUNK]
            if (stored := stored_record(cipher, entry)) is not None
        ]
        tags = tagger.tags_here([found.stored.subject for found in chunk])
        for found, tag in zip(chunk, tags, strict=True):
            changes.drop(found)
            key = EntryKey(hash32=found.entry.key.hash32, tag=tag, added=changes.sequence)
            salt = secrets.token_bytes(SALT_SIZE)
            stored = StoredRecord(subject=found.stored.subject, salt=salt, encoded=found.stored.encoded)
            changes.add(key, stored, stored.record)
    changes.finish()


def _put(rows: Rows, name: bytes, value: bytes) -> None:
    rows.txn.put(name, value, db=rows.tables.state)
