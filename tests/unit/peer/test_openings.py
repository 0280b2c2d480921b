"""Openings on the wire: cut into parts, each sealed for its case, its place and one auditor."""

import secrets
from dataclasses import replace

import pytest

from oracle.crypto.errors import SealBroken
from oracle.crypto.sealing import SealingKey
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.peer.errors import MessageLengthWrong, StatementFieldWrong
from oracle.peer.openings import (
    PART_SIZE,
    OpeningRequest,
    encode_opening_request,
    handed_info,
    open_part,
    parse_opening_request,
    parts_of,
    request_digest,
    seal_handed,
    seal_part,
)

KEY = SealingKey(bytes(range(32)))
CASE = b"\x07" * 32


def request(part: int = 0, case_id: bytes = CASE) -> OpeningRequest:
    return OpeningRequest(case_id=case_id, part=part, at=1_800_000_000)


def test_request__encoded__is_read_as_it_was() -> None:
    raw = encode_opening_request(request(3), b"\x01" * 65)

    assert parse_opening_request(raw) == (request(3), b"\x01" * 65, None)
    for wrong in (raw[:-1], raw + b"\0"):
        with pytest.raises(MessageLengthWrong):
            parse_opening_request(wrong)


def test_request__that_names_a_batch__is_signed_for_that_batch_alone() -> None:
    named, domain = replace(request(), batch_id=b"\x09" * 32), member_domain(1, Address("0x" + "11" * 20))
    raw = encode_opening_request(named, b"\x01" * 65)

    assert parse_opening_request(raw) == (named, b"\x01" * 65, None)
    digests = {
        request_digest(one, MemberId(2), domain)
        for one in (request(), named, replace(named, batch_id=b"\x0a" * 32))
    }
    assert len(digests) == 3


def test_request__with_a_file_for_the_member__hands_it_over_in_its_case_alone() -> None:
    handed = seal_handed(b"what the other shows", CASE, key=KEY.public, key_version=KeyVersion(2))
    raw = encode_opening_request(request(), b"\x01" * 65, handed)

    _, _, read = parse_opening_request(raw)

    assert read == handed
    assert KEY.open(handed.sealed, handed_info(CASE)) == b"what the other shows"
    with pytest.raises(SealBroken):
        KEY.open(handed.sealed, handed_info(b"\x08" * 32))


def test_file__of_more_than_one_part__is_put_together_from_all() -> None:
    file = secrets.token_bytes(2 * PART_SIZE + 5)

    opened = [open_part(seal_part(file, request(n), KEY.public), request(n), KEY) for n in range(3)]

    assert [parts for parts, _ in opened] == [parts_of(file)] * 3
    assert b"".join(piece for _, piece in opened) == file
    with pytest.raises(StatementFieldWrong):
        seal_part(file, request(3), KEY.public)


@pytest.mark.parametrize("other", [request(1), request(case_id=b"\x08" * 32)])
def test_part__of_another_place_or_case__does_not_open(other: OpeningRequest) -> None:
    sealed = seal_part(bytes(2 * PART_SIZE), request(), KEY.public)

    with pytest.raises(SealBroken):
        open_part(sealed, other, KEY)
