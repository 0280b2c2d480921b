"""What a member says of itself to another one: its program, the protocol that it speaks, its clock."""

import re
import time
from dataclasses import dataclass
from typing import Final

import msgspec

from oracle import __version__
from oracle.peer.errors import WireRefused
from oracle.peer.headers import VERSION

MOST: Final = 512
_PROGRAM: Final = re.compile(r"[0-9A-Za-z.+-]{1,32}")
MOST_PROTOCOL: Final = 255
_LATEST: Final = 2**40


class VersionMalformed(WireRefused):
    """The answer is not one of a version of Riskmesh."""

    code = "version_malformed"


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """Later versions may say more."""

    program: str
    protocol: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerVersion:
    """Times in unix seconds."""

    program: str
    protocol: int
    time: int
    """The member's clock."""
    asked_at: int
    """Our clock, halfway between question and answer."""


def encode_version() -> bytes:
    """JSON: it is read by people, too."""
    return msgspec.json.encode(_Said(program=__version__, protocol=VERSION, time=int(time.time())))


def decode_version(body: bytes, *, asked_at: int) -> PeerVersion:
    """Raises `VersionMalformed`. People are shown the program's name: only what looks like one passes."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise VersionMalformed("the answer is not what a member says of its version") from error
    if (
        _PROGRAM.fullmatch(said.program) is None
        or not 0 <= said.protocol <= MOST_PROTOCOL
        or not 0 <= said.time < _LATEST
    ):
        raise VersionMalformed("the answer holds values that no version has")
    return PeerVersion(program=said.program, protocol=said.protocol, time=said.time, asked_at=asked_at)
