import secrets

import pytest

from oracle.crypto.errors import StoredValueDamaged, WrongLength
from oracle.crypto.storage import OVERHEAD, StorageCipher

KEY = secrets.token_bytes(32)
CIPHER = StorageCipher(KEY, "journal")
SEALED = CIPHER.seal(b"value", b"table/1")


def test_open__in_its_place__gives_the_value() -> None:
    assert CIPHER.open(SEALED, b"table/1") == b"value"
    assert StorageCipher(KEY, "journal").open(SEALED, b"table/1") == b"value"
    assert len(SEALED) == len(b"value") + OVERHEAD


def test_cipher__made_again_in_a_worker__opens_this_purpose_alone() -> None:
    worker = StorageCipher.in_worker(CIPHER.key_for_workers())

    assert worker.open(SEALED, b"table/1") == b"value"
    assert CIPHER.open(worker.seal(b"other", b"table/2"), b"table/2") == b"other"
    with pytest.raises(StoredValueDamaged):
        worker.open(StorageCipher(KEY, "records").seal(b"value", b"table/1"), b"table/1")
    with pytest.raises(WrongLength):
        StorageCipher.in_worker(b"short")


def test_seal__same_value_twice__differs() -> None:
    assert CIPHER.seal(b"value", b"table/1")[:12] != SEALED[:12]


def test_open__value_moved_to_another_place__is_refused() -> None:
    with pytest.raises(StoredValueDamaged):
        CIPHER.open(SEALED, b"table/2")


def test_open__with_the_key_of_another_purpose__is_refused() -> None:
    with pytest.raises(StoredValueDamaged):
        StorageCipher(KEY, "records").open(SEALED, b"table/1")


def test_open__with_another_storage_key__is_refused() -> None:
    with pytest.raises(StoredValueDamaged):
        StorageCipher(secrets.token_bytes(32), "journal").open(SEALED, b"table/1")


@pytest.mark.parametrize("size", [0, 12, OVERHEAD - 1, OVERHEAD, len(SEALED) - 1])
def test_open__truncated_value__is_refused(size: int) -> None:
    with pytest.raises(StoredValueDamaged):
        CIPHER.open(SEALED[:size], b"table/1")


def test_cipher__key_of_wrong_length__is_refused() -> None:
    with pytest.raises(WrongLength):
        StorageCipher(KEY[:16], "journal")
