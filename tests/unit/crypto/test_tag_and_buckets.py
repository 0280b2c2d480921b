import hashlib

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oracle.crypto.buckets import bucket_hash, bucket_number, narrow, prefix
from oracle.crypto.errors import SubtreeOutOfRange, WrongLength
from oracle.crypto.tag import tag
from oracle.domain.ids import KeyVersion, MemberId

OUTPUT = bytes(range(64))
SUBJECT = b"\x01+8613800138000"


def test_tag__any_output__equals_hkdf_of_an_independent_library() -> None:
    info = b"riskmesh/1/tag" + (7).to_bytes(8, "big") + (3).to_bytes(4, "big")
    expected = HKDF(algorithm=SHA256(), length=16, salt=None, info=info).derive(OUTPUT)
    assert tag(OUTPUT, MemberId(7), KeyVersion(3)) == expected


def test_tag__other_holder_or_version__differs() -> None:
    one = tag(OUTPUT, MemberId(1), KeyVersion(1))
    assert len({one, tag(OUTPUT, MemberId(2), KeyVersion(1)), tag(OUTPUT, MemberId(1), KeyVersion(2))}) == 3


def test_tag__output_of_wrong_length__is_refused() -> None:
    with pytest.raises(WrongLength):
        tag(OUTPUT[:63], MemberId(1), KeyVersion(1))


def test_bucket_hash__any_subject__is_the_top_of_its_hash() -> None:
    full = hashlib.sha256(b"riskmesh/1/bucket" + SUBJECT).digest()
    assert bucket_hash(SUBJECT) == int.from_bytes(full, "big") >> 224


def test_bucket_number__any_bits__takes_the_top_bits() -> None:
    assert bucket_number(0xDEADBEEF, 0) == 0
    assert bucket_number(0xDEADBEEF, 8) == 0xDE
    assert prefix(0xDEADBEEF, 32) == 0xDEADBEEF


@pytest.mark.parametrize("bits", [-1, 33])
def test_bucket_number__impossible_bits__are_refused(bits: int) -> None:
    with pytest.raises(SubtreeOutOfRange):
        bucket_number(0, bits)


@pytest.mark.parametrize(
    ("prefix_bits", "bits", "expected"),
    [(8, 4, (4, 0xD)), (8, 8, (8, 0xDE)), (8, 12, (8, 0xDE)), (8, 0, (0, 0))],
)
def test_narrow__tree_of_any_height__serves_what_it_has(
    prefix_bits: int, bits: int, expected: tuple[int, int]
) -> None:
    assert narrow(0xDE, prefix_bits, bits) == expected


@pytest.mark.parametrize(
    ("value", "prefix_bits", "bits"), [(4, 2, 8), (-1, 2, 8), (0, 33, 8), (0, 2, 33), (0, -1, 2)]
)
def test_narrow__prefix_that_does_not_fit__is_refused(value: int, prefix_bits: int, bits: int) -> None:
    with pytest.raises(SubtreeOutOfRange):
        narrow(value, prefix_bits, bits)
