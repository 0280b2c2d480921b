"""Strict CBOR: one encoding a value, and nothing but unsigned integers, bytes, text, arrays and maps."""

import pytest

from oracle.domain.errors import Refused
from oracle.peer import cbor
from oracle.peer.errors import (
    CborIndefinite,
    CborKeyForbidden,
    CborMalformed,
    CborNotCanonical,
    CborTooDeep,
    CborTooMany,
    CborTrailing,
    CborTypeForbidden,
    WireBroken,
)

VALUES = [0, 23, 24, 255, 256, 65535, 2**32, 2**64 - 1, b"", b"x" * 70_000, "", "späť", [], [[]], {}, {0: 1}]


@pytest.mark.parametrize("value", [*VALUES, VALUES, {1: VALUES, 300: {2: b"y"}}])
def test_decode__what_encode_made__is_the_same_value(value: cbor.Encodable) -> None:
    assert cbor.decode(cbor.encode(value)) == value


def test_encode__map_in_any_order__has_ascending_keys() -> None:
    assert cbor.encode({300: 0, 24: 0, 1: 0}).hex() == "a3" + "0100" + "181800" + "19012c00"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("", CborMalformed),
        ("18", CborMalformed),
        ("1b00000000", CborMalformed),
        ("1c", CborMalformed),
        ("1f", CborMalformed),
        ("5c", CborMalformed),
        ("42aa", CborMalformed),
        ("5bffffffffffffffff", CborMalformed),
        ("9bffffffffffffffff", CborMalformed),
        ("bbffffffffffffffff", CborMalformed),
        ("8201", CborMalformed),
        ("61ff", CborMalformed),
        ("62c080", CborMalformed),
        ("0000", CborTrailing),
        ("8000", CborTrailing),
        ("20", CborTypeForbidden),
        ("c000", CborTypeForbidden),
        ("c24101", CborTypeForbidden),
        ("d81c80", CborTypeForbidden),
        ("d8238161", CborTypeForbidden),
        ("f4", CborTypeForbidden),
        ("f6", CborTypeForbidden),
        ("f7", CborTypeForbidden),
        ("f97c00", CborTypeForbidden),
        ("fb3ff0000000000000", CborTypeForbidden),
        ("ff", CborTypeForbidden),
        ("9fff", CborIndefinite),
        ("bfff", CborIndefinite),
        ("5f4100ff", CborIndefinite),
        ("7f6161ff", CborIndefinite),
        ("a14001", CborKeyForbidden),
        ("a1616101", CborKeyForbidden),
        ("a18001", CborKeyForbidden),
        ("a1a000", CborKeyForbidden),
        ("a12001", CborTypeForbidden),
        ("1800", CborNotCanonical),
        ("1817", CborNotCanonical),
        ("1900ff", CborNotCanonical),
        ("1a0000ffff", CborNotCanonical),
        ("1b00000000ffffffff", CborNotCanonical),
        ("580100", CborNotCanonical),
        ("7801" + "61", CborNotCanonical),
        ("980100", CborNotCanonical),
        ("b8010000", CborNotCanonical),
        ("a201000000", CborNotCanonical),
        ("a200000000", CborNotCanonical),
        ("81" * 9 + "00", CborTooDeep),
        ("a100" * 9 + "00", CborTooDeep),
        ("81" * 5000 + "00", CborTooDeep),
    ],
)
def test_decode__what_is_not_strict__has_its_own_error(data: str, error: type[Refused]) -> None:
    with pytest.raises(error):
        cbor.decode(bytes.fromhex(data))


def test_decode__deepest_nesting_allowed__is_accepted() -> None:
    assert cbor.decode(b"\x81" * 8 + b"\x00") == [[[[[[[[0]]]]]]]]


def test_decode__millions_of_tiny_items__is_refused_before_they_exist() -> None:
    with pytest.raises(CborTooMany):
        cbor.decode(b"\x9a" + (4_000_000).to_bytes(4) + b"\x80" * 4_000_000)


@pytest.mark.parametrize("value", [-1, 2**64, 1.5, None, True, {"a": 1}, {-1: 0}, object()])
def test_encode__value_that_the_wire_has_no_form_for__is_our_own_bug(value: cbor.Encodable) -> None:
    with pytest.raises(WireBroken):
        cbor.encode([value])
