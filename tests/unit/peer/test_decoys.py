"""Tickets for decoys: the bytes of one, and what is none."""

import pytest

from oracle.crypto.signing import Signer
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import Address, MemberId
from oracle.domain.query import Element
from oracle.peer.bodies.elements import pack_elements
from oracle.peer.decoys import (
    MOST,
    MOST_SIZE,
    DecoyTicket,
    encode_ticket,
    parse_ticket,
    ticket_digest,
    ticket_signer,
)
from oracle.peer.errors import WireRefused

DOMAIN = member_domain(31_337, Address("0x52908400098527886E0F7030069857D2E4169EE7"))
OTHER = member_domain(31_338, Address("0x52908400098527886E0F7030069857D2E4169EE7"))
SIGNER = Signer(b"\x07" * 32)


def ticket(count: int = 2) -> DecoyTicket:
    elements = [Element(blinded=bytes([n]) * 32, prefix_bits=17, prefix=n) for n in range(1, count + 1)]
    return DecoyTicket(member=MemberId(3), at=1_700_000_000, elements=pack_elements(elements))


def test_ticket__whole__comes_back_with_its_signer() -> None:
    made = ticket()
    raw = encode_ticket(made, SIGNER.sign(ticket_digest(made, DOMAIN)))

    parsed, signature = parse_ticket(raw)

    assert (parsed, parsed.count) == (made, 2)
    assert ticket_signer(parsed, signature, DOMAIN) == SIGNER.address
    assert ticket_signer(parsed, signature, OTHER) != SIGNER.address
    assert ticket_signer(parsed, bytes(65), DOMAIN) is None


def test_ticket__of_the_most_elements__is_the_longest_one() -> None:
    made = ticket(MOST)
    assert len(encode_ticket(made, bytes(65))) == MOST_SIZE


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        encode_ticket(ticket(), bytes(65))[:-1],
        encode_ticket(ticket(), bytes(65)) + b"\x00",
        encode_ticket(ticket(MOST + 1), bytes(65)),
        encode_ticket(DecoyTicket(member=MemberId(3), at=0, elements=b""), bytes(65)),
        encode_ticket(ticket(1), bytes(65))[:-4] + b"\xff\xff\xff\xff",
    ],
    ids=["nothing", "cut", "longer", "too many", "no element", "a prefix beyond its length"],
)
def test_ticket__in_another_form__is_refused(raw: bytes) -> None:
    with pytest.raises(WireRefused):
        parse_ticket(raw)
