"""How an auditor fetches what a member hands in: a request that its account signs, parts sealed to its key.

With the request it may hand over what the other party of the case has shown, sealed to the member's key. Or
it names the batch of the case, and asks a member that is no party for the receipt that it got.

The certificate that the auditor was appointed with proves the line. The signature in each request is that of
its account, and what it gets opens with its key alone, so whoever repeats a request learns nothing.
"""

import struct
from dataclasses import dataclass, field
from typing import Final, Protocol

from oracle.crypto.keccak import keccak256
from oracle.crypto.sealing import OVERHEAD, seal
from oracle.crypto.typed_data import Domain
from oracle.domain.ids import KeyVersion, MemberId
from oracle.peer.errors import MessageLengthWrong, StatementFieldWrong
from oracle.peer.statements import SIGNATURE_SIZE

PART_SIZE: Final = 4 * 1024 * 1024
SKEW_S: Final = 300
"""How far the time in a request may be from the member's."""
_REQUEST: Final = struct.Struct(">32sIQ")
_PARTS: Final = struct.Struct(">I")
_VERSION: Final = struct.Struct(">I")
_BATCH_SIZE: Final = 32
REQUEST_SIZE: Final = _REQUEST.size + SIGNATURE_SIZE
MOST: Final = PART_SIZE + _PARTS.size + OVERHEAD
MOST_ASKED: Final = REQUEST_SIZE + _VERSION.size + PART_SIZE + OVERHEAD
_SIGNED: Final = b"riskmesh/1/opening-request"
_SEALED: Final = b"riskmesh/1/opening"
_HANDED: Final = b"riskmesh/1/handed"


class Opener(Protocol):
    """The auditor's sealing key."""

    def open(self, sealed: bytes, info: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRequest:
    """Asks for one part of what was handed in for a case."""

    case_id: bytes
    part: int
    """From 0."""
    at: int
    """Unix seconds."""
    batch_id: bytes = b""
    """Whose receipt a holder is asked for; empty where a party is asked for what it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What an auditor hands over with its request."""

    key_version: KeyVersion
    """Of the member's sealing key."""
    sealed: bytes = field(repr=False)


def request_digest(
    request: OpeningRequest, member: MemberId, domain: Domain, handed: Handed | None = None
) -> bytes:
    """What the auditor signs: for one member of one consortium."""
    packed = _REQUEST.pack(request.case_id, request.part, request.at)
    rest = request.batch_id + _packed(handed)
    return keccak256(_SIGNED + domain.separator + member.to_bytes(8) + packed + rest)


def encode_opening_request(request: OpeningRequest, signature: bytes, handed: Handed | None = None) -> bytes:
    packed = _REQUEST.pack(request.case_id, request.part, request.at)
    return packed + signature + request.batch_id + _packed(handed)


def parse_opening_request(raw: bytes) -> tuple[OpeningRequest, bytes, Handed | None]:
    """The request, its signature, which is not checked yet, and what is handed over with it."""
    start, rest = raw[:REQUEST_SIZE], raw[REQUEST_SIZE:]
    names_batch = len(rest) == _BATCH_SIZE
    if len(start) < REQUEST_SIZE or (0 < len(rest) < _VERSION.size + OVERHEAD and not names_batch):
        raise MessageLengthWrong(
            f"a request for an opening has {REQUEST_SIZE} bytes, and maybe a batch or a sealed file"
        )
    case_id, part, at = _REQUEST.unpack(start[: _REQUEST.size])
    request = OpeningRequest(case_id=case_id, part=part, at=at, batch_id=rest if names_batch else b"")
    if names_batch or not rest:
        return request, start[_REQUEST.size :], None
    version = KeyVersion(_VERSION.unpack(rest[: _VERSION.size])[0])
    return request, start[_REQUEST.size :], Handed(key_version=version, sealed=rest[_VERSION.size :])


def seal_handed(file: bytes, case_id: bytes, *, key: bytes, key_version: KeyVersion) -> Handed:
    """For the member whose sealing key this is, in this case."""
    return Handed(key_version=key_version, sealed=seal(key, file, handed_info(case_id)))


def handed_info(case_id: bytes) -> bytes:
    """What its seal is bound to."""
    return _HANDED + case_id


def _packed(handed: Handed | None) -> bytes:
    return b"" if handed is None else _VERSION.pack(handed.key_version) + handed.sealed


def parts_of(file: bytes) -> int:
    return max(1, -(-len(file) // PART_SIZE))


def seal_part(file: bytes, request: OpeningRequest, auditor_key: bytes) -> bytes:
    """One part, with how many there are, sealed for this case and place."""
    if request.part >= parts_of(file):
        raise StatementFieldWrong(f"there is no part {request.part}")
    start = request.part * PART_SIZE
    plain = _PARTS.pack(parts_of(file)) + file[start : start + PART_SIZE]
    return seal(auditor_key, plain, _info(request.case_id, request.part))


def open_part(sealed: bytes, request: OpeningRequest, key: Opener) -> tuple[int, bytes]:
    """How many parts there are, and this one. Raises `SealBroken`."""
    plain = key.open(sealed, _info(request.case_id, request.part))
    if len(plain) < _PARTS.size:
        raise MessageLengthWrong("a part of an opening says how many there are")
    return _PARTS.unpack(plain[: _PARTS.size])[0], plain[_PARTS.size :]


def _info(case_id: bytes, part: int) -> bytes:
    return _SEALED + case_id + part.to_bytes(4)
