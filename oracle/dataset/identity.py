"""Whose dataset a folder holds and under which keys: settled before anything else is read or written."""

from typing import Final

from oracle.crypto.errors import StoredValueDamaged
from oracle.dataset.environment import DatasetEnvironment
from oracle.dataset.errors import DatasetForeign, OprfKeyDiffers, StorageKeyWrong
from oracle.dataset.rows import Rows
from oracle.dataset.stored_record import RowCipher
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion

_HOLDER: Final = b"holder"
_STORAGE_CHECK: Final = b"storage_check"
_KEY_VERSION: Final = b"oprf_key_version"
_PUBLIC_KEY: Final = b"oprf_public_key"


def settle(environment: DatasetEnvironment, cipher: RowCipher, tagger: Tagger) -> KeyVersion:
    """Marks a new dataset as this holder's, or checks that it is; the version that its tags are under.

    That is an earlier one than the tagger's when a rotation is to follow. Raises `DatasetForeign`,
    `StorageKeyWrong` and `OprfKeyDiffers`.
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
                return KeyVersion(int.from_bytes(known, "big"))
        note_key(rows, tagger)
    return tagger.key_version


def note_key(rows: Rows, tagger: Tagger) -> None:
    """The key that every current record is tagged with."""
    _put(rows, _KEY_VERSION, tagger.key_version.to_bytes(4, "big"))
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


def _put(rows: Rows, name: bytes, value: bytes) -> None:
    rows.txn.put(name, value, db=rows.tables.state)
