"""An encrypted file opens wholly and in order, or not at all."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.crypto.archive import CHUNK_SIZE, TAG_SIZE, ArchiveReader, ArchiveWriter
from oracle.crypto.errors import ArchiveDamaged, ArchiveForeign, ArchiveNotOpened

PASSPHRASE = "of a throw-away file"
QUICK = 1
HEADER = 33
SEALED = CHUNK_SIZE + TAG_SIZE


def sealed(*pieces: bytes) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file, PASSPHRASE, cost=QUICK)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    return file.getvalue()


def opened(content: bytes, size: int, passphrase: str = PASSPHRASE) -> bytes:
    reader = ArchiveReader(io.BytesIO(content), passphrase)
    found = reader.read_exactly(size)
    reader.require_end()
    return found


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_archive__of_any_pieces__gives_them_back(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)

    assert opened(sealed(*pieces), len(whole)) == whole


@pytest.mark.parametrize("size", [CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE])
def test_archive__of_a_length_around_its_chunks__gives_it_back(size: int) -> None:
    content = bytes(size)

    assert opened(sealed(content), size) == content


@pytest.mark.parametrize("place", [HEADER, HEADER + 1, HEADER + 40, -1])
def test_archive__with_one_bit_changed__does_not_open(place: int) -> None:
    content = bytearray(sealed(b"what a member knows, and nobody else"))
    content[place] ^= 1

    with pytest.raises((ArchiveDamaged, ArchiveNotOpened)):
        opened(bytes(content), 36)


@pytest.mark.parametrize("place", [16, 17, 32])
def test_archive__whose_header_was_changed__does_not_open(place: int) -> None:
    content = bytearray(sealed(b"bound to its header"))
    content[place] ^= 2

    with pytest.raises((ArchiveNotOpened, ArchiveForeign)):
        opened(bytes(content), 19)


@pytest.mark.parametrize("cut", [1, TAG_SIZE, SEALED, SEALED + 5])
def test_archive__cut_off__says_so_even_between_two_chunks(cut: int) -> None:
    content = sealed(bytes(2 * CHUNK_SIZE), bytes(CHUNK_SIZE))

    with pytest.raises(ArchiveDamaged):
        opened(content[:-cut], 3 * CHUNK_SIZE)


def test_archive__with_chunks_exchanged__does_not_open() -> None:
    content = sealed(b"a" * CHUNK_SIZE, b"b" * CHUNK_SIZE, b"c" * CHUNK_SIZE)
    first, second, rest = (
        content[HEADER : HEADER + SEALED],
        content[HEADER + SEALED : HEADER + 2 * SEALED],
        content[HEADER + 2 * SEALED :],
    )

    with pytest.raises(ArchiveNotOpened):
        opened(content[:HEADER] + second + first + rest, 3 * CHUNK_SIZE)


def test_archive__with_a_chunk_left_out__does_not_open() -> None:
    content = sealed(b"a" * CHUNK_SIZE, b"b" * CHUNK_SIZE, b"c" * CHUNK_SIZE)

    with pytest.raises(ArchiveDamaged):
        opened(content[: HEADER + SEALED] + content[HEADER + 2 * SEALED :], 2 * CHUNK_SIZE)


def test_archive__with_another_behind_it__does_not_open() -> None:
    content = sealed(b"one")

    with pytest.raises((ArchiveDamaged, ArchiveNotOpened)):
        opened(content + sealed(b"two"), 3)


def test_archive__read_less_than_it_holds__is_no_whole() -> None:
    reader = ArchiveReader(io.BytesIO(sealed(b"one and two")), PASSPHRASE)
    reader.read_exactly(3)

    with pytest.raises(ArchiveDamaged, match="goes on"):
        reader.require_end()


def test_archive__opened_with_another_pass_phrase__says_so() -> None:
    with pytest.raises(ArchiveNotOpened, match="pass phrase"):
        opened(sealed(b"secret"), 6, "another")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"RISKMESH-BACKUP\x02" + bytes(60)])
def test_archive__that_is_none_or_of_a_later_form__is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveForeign):
        ArchiveReader(io.BytesIO(content), PASSPHRASE)


def test_archive__whose_header_asks_for_all_memory__is_refused_before_it_is_derived() -> None:
    content = bytearray(sealed(b"small"))
    content[16] = 40

    with pytest.raises(ArchiveForeign):
        ArchiveReader(io.BytesIO(bytes(content)), PASSPHRASE)
