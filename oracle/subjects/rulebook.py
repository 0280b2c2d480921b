"""The version of the subject rules, their golden vectors, and the hash that the members vote on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import cbor2
import msgspec
from eth_hash.auto import keccak

from oracle.domain.subject import SubjectType

RULES_VERSION = 1
"""Raised with every change that gives any spelling another outcome; the golden vectors change with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    raw: str = field(repr=False)
    canonical: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSpelling:
    raw: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenVectors:
    """Spellings of one type with their outcomes, without any hint."""

    accepted: tuple[Accepted, ...]
    refused: tuple[RefusedSpelling, ...]


@cache
def golden_vectors() -> Mapping[SubjectType, GoldenVectors]:
    folder = files(__package__) / "golden"
    return {
        each: msgspec.json.decode((folder / f"{each.label}.json").read_bytes(), type=GoldenVectors)
        for each in SubjectType
    }


@cache
def rules_hash() -> bytes:
    """keccak256, 32 bytes, of deterministic CBOR (RFC 8949, 4.2.1) of version and golden vectors.

    Encoded: `[version, [[type code, [[raw, canonical], …], [[raw, reason], …]], …]]`, in ascending type code.
    Compared, as a big-endian integer, with the governed parameter `subject_rules_hash`.
    """
    vectors = [
        [
            each.value,
            [[vector.raw, vector.canonical] for vector in golden.accepted],
            [[vector.raw, vector.reason] for vector in golden.refused],
        ]
        for each, golden in golden_vectors().items()
    ]
    return bytes(keccak(cbor2.dumps([RULES_VERSION, vectors], canonical=True)))
