import secrets

import pytest

from oracle.crypto.errors import SealBroken, SealingKeyInvalid, WrongLength
from oracle.crypto.sealing import OVERHEAD, SealingKey, open_sealed, seal

SECRET = secrets.token_bytes(32)
KEY = SealingKey(SECRET)
INFO = b"riskmesh/1/seal" + bytes(32)
SEALED = seal(KEY.public, b"message", INFO)


def test_seal__opened_by_its_recipient__gives_the_message() -> None:
    assert KEY.open(SEALED, INFO) == b"message"
    assert open_sealed(SECRET, SEALED, INFO) == b"message"
    assert len(SEALED) == len(b"message") + OVERHEAD


def test_seal__twice__differs() -> None:
    assert seal(KEY.public, b"message", INFO) != SEALED


def test_open__message_for_someone_else__is_refused() -> None:
    with pytest.raises(SealBroken):
        SealingKey(secrets.token_bytes(32)).open(SEALED, INFO)


def test_open__message_of_another_context__is_refused() -> None:
    with pytest.raises(SealBroken):
        KEY.open(SEALED, b"riskmesh/1/seal" + b"\x01" * 32)


@pytest.mark.parametrize("size", [0, 31, 32, OVERHEAD - 1, OVERHEAD, len(SEALED) - 1])
def test_open__truncated_message__is_refused(size: int) -> None:
    with pytest.raises(SealBroken):
        KEY.open(SEALED[:size], INFO)


@pytest.mark.parametrize("position", [0, 31, 32, len(SEALED) - 1])
def test_open__message_with_one_bit_changed__is_refused(position: int) -> None:
    altered = bytearray(SEALED)
    altered[position] ^= 1
    with pytest.raises(SealBroken):
        KEY.open(bytes(altered), INFO)


def test_open__message_with_a_byte_more__is_refused() -> None:
    with pytest.raises(SealBroken):
        KEY.open(SEALED + b"\x00", INFO)


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31)])
def test_open__encapsulated_key_of_low_order__is_refused(point: bytes) -> None:
    with pytest.raises(SealBroken):
        KEY.open(point + SEALED[32:], INFO)


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31)])
def test_seal__public_key_of_low_order__is_refused(point: bytes) -> None:
    with pytest.raises(SealingKeyInvalid):
        seal(point, b"message", INFO)


def test_seal__key_of_wrong_length__is_refused() -> None:
    with pytest.raises(WrongLength):
        seal(KEY.public[:31], b"message", INFO)
    with pytest.raises(WrongLength):
        SealingKey(SECRET[:31])
