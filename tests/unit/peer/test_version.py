"""What members say of themselves: read when it looks like a version, refused when it does not."""

import json

import pytest

from oracle import __version__
from oracle.peer.version import MOST, VersionMalformed, decode_version, encode_version


def _body(**other: object) -> bytes:
    return json.dumps({"program": "1.2.3", "protocol": 1, "time": 1_800_000_000, **other}).encode()


def test_version__of_this_program__is_read_back() -> None:
    body = encode_version()

    said = decode_version(body, asked_at=5)

    assert len(body) <= MOST
    assert (said.program, said.protocol, said.asked_at) == (__version__, 1, 5)


def test_version__of_a_later_program_that_says_more__is_read() -> None:
    assert decode_version(_body(features=["express"]), asked_at=1).program == "1.2.3"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 10_000,
        _body(program="\x1b[2J"),
        _body(program="x" * 33),
        _body(protocol=-1),
        _body(protocol=256),
        _body(time=2**50),
        _body(time="now"),
    ],
)
def test_version__that_is_none__is_refused(body: bytes) -> None:
    with pytest.raises(VersionMalformed):
        decode_version(body, asked_at=1)
