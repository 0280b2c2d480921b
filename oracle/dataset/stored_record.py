"""A record at rest: salt, record and subject under the storage key, bound to the row it lies in."""

from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from oracle.domain.record import Record
from oracle.peer.record_codec import SALT_SIZE, decode_record, frame_of, record_digest

_LENGTH_SIZE: Final = 2


class RowCipher(Protocol):
    """Authenticated encryption of one row; `context` is bound and not stored."""

    def seal(self, plaintext: bytes, context: bytes) -> bytes: ...

    def open(self, sealed: bytes, context: bytes) -> bytes: ...

    def key_for_workers(self) -> bytes: ...


def record_context(place: bytes, digest: bytes) -> bytes:
    """What a sealed record is bound to: hash32 and tag of its entry, and the digest that commits to it.

    Not the snapshot that adds it: a record is sealed before it is known which one that will be.
    """
    return b"record" + place + digest


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """What is kept of one version of a record. The frame's padding is not: it follows from the record."""

    subject: bytes = field(repr=False)
    """`subject_bytes`."""
    salt: bytes = field(repr=False)
    encoded: bytes = field(repr=False)
    """The record's deterministic CBOR."""

    @property
    def frame(self) -> bytes:
        return frame_of(self.encoded)

    @property
    def digest(self) -> bytes:
        return record_digest(self.salt, self.frame)

    @property
    def record(self) -> Record:
        return decode_record(self.encoded)

    def packed(self) -> bytes:
        return packed_record(self.salt, self.encoded, self.subject)

    @classmethod
    def parse(cls, plaintext: bytes) -> Self:
        start = SALT_SIZE + _LENGTH_SIZE
        end = start + int.from_bytes(plaintext[SALT_SIZE:start], "big")
        return cls(salt=plaintext[:SALT_SIZE], encoded=plaintext[start:end], subject=plaintext[end:])


def packed_record(salt: bytes, encoded: bytes, subject: bytes) -> bytes:
    """What `StoredRecord.parse` reads, without a `StoredRecord`: millions of them are made in a row."""
    return salt + len(encoded).to_bytes(_LENGTH_SIZE, "big") + encoded + subject
