"""Decoys as an auditor hands them to a member: elements that only it can open, signed with its account.

The member asks about them in a batch of its own. The ticket is what it shows for that batch when a draw falls
on it, instead of openings that it does not have.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

from oracle.crypto.errors import SignatureRefused, WrongLength
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import recover
from oracle.crypto.typed_data import Domain
from oracle.domain.ids import Address, MemberId
from oracle.domain.query import ELEMENT_SIZE
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.errors import MessageLengthWrong
from oracle.peer.statements import SIGNATURE_SIZE

MOST: Final = 100
"""Elements under one ticket."""
_HEAD: Final = struct.Struct(">QQ")
_SIGNED: Final = b"riskmesh/1/decoys"
_LEAST_SIZE: Final = _HEAD.size + SIGNATURE_SIZE + ELEMENT_SIZE
MOST_SIZE: Final = _HEAD.size + SIGNATURE_SIZE + MOST * ELEMENT_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoyTicket:
    """For one member, who may ask about these elements within the auditor's time."""

    member: MemberId
    at: int
    """Unix seconds of the hand-out."""
    elements: bytes = field(repr=False)
    """37 bytes each."""

    @property
    def count(self) -> int:
        return len(self.elements) // ELEMENT_SIZE


def ticket_digest(ticket: DecoyTicket, domain: Domain) -> bytes:
    """What the auditor signs, and what the decoys are called by."""
    head = _HEAD.pack(ticket.member, ticket.at)
    return keccak256(_SIGNED + domain.separator + head + keccak256(ticket.elements))


def encode_ticket(ticket: DecoyTicket, signature: bytes) -> bytes:
    return _HEAD.pack(ticket.member, ticket.at) + signature + ticket.elements


def parse_ticket(raw: bytes) -> tuple[DecoyTicket, bytes]:
    """The ticket and its signature, which is not checked yet. Raises `WireRefused`."""
    if not _LEAST_SIZE <= len(raw) <= MOST_SIZE:
        raise MessageLengthWrong(f"a ticket for decoys has {_LEAST_SIZE} to {MOST_SIZE} bytes")
    member, at = _HEAD.unpack(raw[: _HEAD.size])
    body = raw[_HEAD.size :]
    unpack_elements(body[SIGNATURE_SIZE:])
    ticket = DecoyTicket(member=MemberId(member), at=at, elements=body[SIGNATURE_SIZE:])
    return ticket, body[:SIGNATURE_SIZE]


def ticket_signer(ticket: DecoyTicket, signature: bytes, domain: Domain) -> Address | None:
    """The account behind the signature; None where it is none."""
    try:
        return recover(ticket_digest(ticket, domain), signature)
    except (SignatureRefused, WrongLength):
        return None
