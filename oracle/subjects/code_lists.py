"""The published code lists that records and requests are written in, and the hash members vote on."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import cbor2
import msgspec
from eth_hash.auto import keccak


class ListName(StrEnum):
    """The lists, named as their files are."""

    CATEGORIES = "categories"
    EVIDENCE = "evidence"
    PURPOSES = "purposes"
    REASONS = "reasons"
    SEVERITIES = "severities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    code: int
    """From 1, never reused."""
    label: str
    """The name used in files and on the command line."""
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    version: int
    codes: tuple[Code, ...]

    def numbered(self, code: int) -> Code | None:
        return next((each for each in self.codes if each.code == code), None)

    def labelled(self, label: str) -> Code | None:
        return next((each for each in self.codes if each.label == label), None)


@cache
def code_list(name: ListName) -> CodeList:
    content = (files(__package__) / "codes" / f"{name}.json").read_bytes()
    return msgspec.json.decode(content, type=CodeList)


@cache
def code_lists_hash() -> bytes:
    """keccak256, 32 bytes, of deterministic CBOR (RFC 8949, 4.2.1) of all lists.

    Encoded: `[[name, version, [[code, label, meaning], …]], …]`, in ascending name, codes as published.
    Compared, as a big-endian integer, with the governed parameter `code_lists_hash`.
    """
    lists = [
        [name.value, listed.version, [[each.code, each.label, each.meaning] for each in listed.codes]]
        for name, listed in ((name, code_list(name)) for name in sorted(ListName))
    ]
    return bytes(keccak(cbor2.dumps(lists, canonical=True)))
