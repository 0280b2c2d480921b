"""How an auditor fetches what a member hands in: a request that its account signs, parts sealed to its key.

The certificate that the auditor was appointed with proves the line. The signature in each request is that of
its account, and what it gets opens with its key alone, so whoever repeats a request learns nothing.
"""

import struct
from dataclasses import dataclass
from typing import Final, Protocol

from oracle.crypto.keccak import keccak256
from oracle.crypto.sealing import OVERHEAD, seal
from oracle.crypto.typed_data import Domain
from oracle.domain.ids import MemberId
from oracle.peer.errors import MessageLengthWrong, StatementFieldWrong
from oracle.peer.statements import SIGNATURE_SIZE

PART_SIZE: Final = 4 * 1024 * 1024
SKEW_S: Final = 300
"""How far the time in a request may be from the member's."""
_REQUEST: Final = struct.Struct(">32sIQ")
_PARTS: Final = struct.Struct(">I")
REQUEST_SIZE: Final = _REQUEST.size + SIGNATURE_SIZE
MOST: Final = PART_SIZE + _PARTS.size + OVERHEAD
_SIGNED: Final = b"riskmesh/1/opening-request"
_SEALED: Final = b"riskmesh/1/opening"


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


def request_digest(request: OpeningRequest, member: MemberId, domain: Domain) -> bytes:
    """What the auditor signs: for one member of one consortium."""
    packed = _REQUEST.pack(request.case_id, request.part, request.at)
    return keccak256(_SIGNED + domain.separator + member.to_bytes(8) + packed)


def encode_opening_request(request: OpeningRequest, signature: bytes) -> bytes:
    return _REQUEST.pack(request.case_id, request.part, request.at) + signature


def parse_opening_request(raw: bytes) -> tuple[OpeningRequest, bytes]:
    """The request and its signature, which is not checked yet."""
    if len(raw) != REQUEST_SIZE:
        raise MessageLengthWrong(f"a request for an opening has {REQUEST_SIZE} bytes, not {len(raw)}")
    case_id, part, at = _REQUEST.unpack(raw[: _REQUEST.size])
    return OpeningRequest(case_id=case_id, part=part, at=at), raw[_REQUEST.size :]


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
