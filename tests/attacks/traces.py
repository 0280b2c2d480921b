"""Finds what would give a subject away: its value, 8 bytes of any of its hashes, in any usual writing."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from oracle.crypto.keccak import keccak256
from oracle.domain.query import Element
from oracle.domain.subject import Subject
from oracle.peer.bodies.elements import BLINDED_SIZE, pack_elements

WINDOW = 8
BUCKET = b"riskmesh/1/bucket"
HEX = re.compile(rb"[0-9a-fA-F]{16,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Bytes to be searched, and where they lie."""

    name: str
    content: bytes


class Traces:
    """Of these subjects; `found_in` names what shows one of them."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._whole: dict[bytes, str] = {}
        self._windows: dict[bytes, str] = {}
        for subject in subjects:
            value, encoded = subject.value.encode(), subject.encoded
            self._whole |= {value: "a canonical value", encoded: "subject bytes"}
            for text, of in ((value, "value"), (encoded, "subject bytes"), (BUCKET + encoded, "bucket")):
                self._add_windows(hashlib.sha256(text).digest(), f"SHA-256 of {of}")
                self._add_windows(keccak256(text), f"keccak256 of {of}")

    def _add_windows(self, digest: bytes, of: str) -> None:
        for start in range(len(digest) - WINDOW + 1):
            self._windows[digest[start : start + WINDOW]] = of

    def found_in(self, places: Iterable[Place]) -> list[str]:
        return [f"{place.name}: {what}" for place in places for what in sorted(self._in(place.content))]

    def _in(self, content: bytes) -> set[str]:
        found: set[str] = set()
        for text in readings(content):
            found |= {what for whole, what in self._whole.items() if whole in text}
            windows = {text[start : start + WINDOW] for start in range(len(text) - WINDOW + 1)}
            found |= {self._windows[window] for window in windows & self._windows.keys()}
        return found


class ElementTraces:
    """Of these elements: the blinded point, and the prefix with its length as the format packs them."""

    def __init__(self, elements: Iterable[Element]) -> None:
        self._packed = [pack_elements((element,)) for element in elements]
        self._numbers = [str(int.from_bytes(packed[-4:])).encode() for packed in self._packed]

    def found_in(self, places: Iterable[Place]) -> list[str]:
        return [f"{place.name}: {what}" for place in places for what in sorted(self._in(place.content))]

    def _in(self, content: bytes) -> set[str]:
        found: set[str] = set()
        for text in readings(content):
            for packed in self._packed:
                found |= {"a blinded element"} if packed[:BLINDED_SIZE] in text else set()
                found |= {"a prefix"} if packed[BLINDED_SIZE:] in text else set()
        return found

    def numbers_in(self, log: bytes) -> list[bytes]:
        """Prefixes that a log line shows as a number."""
        shown = set(re.findall(rb"\d+", log))
        return [number for number in self._numbers if number in shown]


def readings(content: bytes) -> Iterator[bytes]:
    """The bytes themselves, and what is written in them in hexadecimal or base64."""
    yield content
    for run in HEX.findall(content):
        for start in (0, 1):
            even = run[start : start + (len(run) - start) // 2 * 2]
            yield binascii.unhexlify(even)
    for run in BASE64.findall(content):
        for start in range(4):
            whole = run[start : start + (len(run) - start) // 4 * 4]
            yield base64.b64decode(whole.translate(bytes.maketrans(b"-_", b"+/")))
