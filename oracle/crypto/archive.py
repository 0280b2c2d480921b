"""An encrypted file of any length: chunks of AES-256-GCM, their order and the file's end bound in.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, 2015): the nonce of a chunk is its number and whether it is the last, so a
chunk that is altered, moved, left out or added does not open, and neither does a file that was cut off. The
key comes from a pass phrase by scrypt (RFC 7914) with a salt of its own; it is used for one file only.

    file   = header (33) || chunk …          header = magic (16) || log2 of scrypt's N || salt (16)
    chunk  = AES-256-GCM(key, nonce = zeros (7) || uint32 number || last, associated data = header)
"""

import os
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from oracle.crypto.errors import ArchiveDamaged, ArchiveForeign, ArchiveNotOpened

MAGIC: Final = b"RISKMESH-BACKUP\x01"
"""The last byte is the version of this form."""
CHUNK_SIZE: Final = 1 << 20
TAG_SIZE: Final = 16
DEFAULT_COST: Final = 18
"""log2 of scrypt's N, as for key files: a guess at the pass phrase costs 256 MiB and most of a second."""
_GREATEST_COST: Final = 20
"""More is refused: a header is read before anything is authentic, and must not take all memory."""
_SALT_SIZE: Final = 16
_HEADER_SIZE: Final = len(MAGIC) + 1 + _SALT_SIZE
_MOST_CHUNKS: Final = 1 << 32


class _Chunks:
    """One file's key, and the number of the next chunk."""

    def __init__(self, header: bytes, passphrase: str) -> None:
        cost, salt = header[len(MAGIC)], header[len(MAGIC) + 1 :]
        derived = Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive(passphrase.encode())
        self._cipher = AESGCM(derived)
        self._header = header
        self._number = 0

    def nonce(self, *, last: bool) -> bytes:
        if self._number >= _MOST_CHUNKS:
            raise ArchiveDamaged("A backup has at most four petabytes.")
        made = bytes(7) + self._number.to_bytes(4, "big") + bytes([last])
        self._number += 1
        return made

    def seal(self, chunk: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self.nonce(last=last), chunk, self._header)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        first = self._number == 0
        try:
            return self._cipher.decrypt(self.nonce(last=last), sealed, self._header)
        except InvalidTag:
            if first:
                raise ArchiveNotOpened(
                    "The pass phrase does not open this backup, or its beginning is damaged. Give the pass "
                    "phrase that it was made with."
                ) from None
            raise ArchiveDamaged(
                "The backup is damaged or cut off; nothing of it is used. Take another copy of it."
            ) from None


class ArchiveWriter:
    """Writes plaintext of any pieces; `finish` writes the end, without which nothing of it is believed."""

    def __init__(self, file: BinaryIO, passphrase: str, *, cost: int = DEFAULT_COST) -> None:
        header = MAGIC + bytes([cost]) + os.urandom(_SALT_SIZE)
        self._file = file
        self._chunks = _Chunks(header, passphrase)
        self._rest = bytearray()
        file.write(header)

    def write(self, data: bytes) -> None:
        self._rest += data
        # What fills a chunk exactly is kept: it may be the last one.
        while len(self._rest) > CHUNK_SIZE:
            self._file.write(self._chunks.seal(bytes(self._rest[:CHUNK_SIZE]), last=False))
            del self._rest[:CHUNK_SIZE]

    def finish(self) -> None:
        self._file.write(self._chunks.seal(bytes(self._rest), last=True))


class ArchiveReader:
    """Reads plaintext in order; every byte that it returns is authentic.

    Raises `ArchiveForeign`, `ArchiveNotOpened` for a wrong pass phrase, `ArchiveDamaged` for everything else.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        header = file.read(_HEADER_SIZE)
        if len(header) != _HEADER_SIZE or not header.startswith(MAGIC[:-1]):
            raise ArchiveForeign("The file is no backup of Riskmesh. Name one that `riskmesh backup` made.")
        if header[len(MAGIC) - 1] != MAGIC[-1] or not 1 <= header[len(MAGIC)] <= _GREATEST_COST:
            raise ArchiveForeign(
                "The backup is of a form that this version does not read. Restore it with the version of "
                "Riskmesh that made it, or a newer one."
            )
        self._file = file
        self._chunks = _Chunks(header, passphrase)
        self._ahead = file.read(CHUNK_SIZE + TAG_SIZE)
        self._opened = bytearray()
        self._ended = False

    def read_exactly(self, size: int) -> bytes:
        """Raises `ArchiveDamaged` when there is less."""
        while len(self._opened) < size and not self._ended:
            self._open_next()
        if len(self._opened) < size:
            raise ArchiveDamaged("The backup ends before its content does; take another copy of it.")
        taken = bytes(self._opened[:size])
        del self._opened[:size]
        return taken

    def require_end(self) -> None:
        """Raises `ArchiveDamaged` unless everything was read and the end is authentic."""
        while not self._ended:
            self._open_next()
        if self._opened:
            raise ArchiveDamaged("The backup goes on after its content; take another copy of it.")

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK_SIZE + TAG_SIZE)
        self._ended = not self._ahead
        self._opened += self._chunks.open(sealed, last=self._ended)
