"""ristretto255 (RFC 9496): the group operations that the protocol needs, checked, on libsodium.

All scalar multiplications and scalar arithmetic are libsodium's, in constant time. libsodium checks at
every use that a point is a canonical encoding; this file adds lengths, the identity and canonical scalars.
"""

import hmac
from collections.abc import Sequence
from ctypes import create_string_buffer
from typing import NewType

from oracle.crypto.errors import (
    PointIsIdentity,
    PointNotCanonical,
    PointRefused,
    ScalarIsZero,
    ScalarNotCanonical,
    ScalarRefused,
    require_length,
)
from oracle.crypto.sodium import library

SIZE = 32
"""Bytes of an encoded point, and of an encoded scalar."""
UNIFORM_SIZE = 64

Point = NewType("Point", bytes)
"""32 bytes that are not the identity; whether they decode is seen at the first operation on them."""
Scalar = NewType("Scalar", bytes)
"""32 bytes, little-endian, below the group order and, but for a chance of 2^-252, not zero."""

_IDENTITY = bytes(SIZE)

_add = library.crypto_core_ristretto255_add
_from_hash = library.crypto_core_ristretto255_from_hash
_is_valid_point = library.crypto_core_ristretto255_is_valid_point
_is_zero = library.sodium_is_zero
_multiply = library.crypto_scalarmult_ristretto255
_multiply_base = library.crypto_scalarmult_ristretto255_base
_scalar_invert = library.crypto_core_ristretto255_scalar_invert
_scalar_multiply = library.crypto_core_ristretto255_scalar_mul
_scalar_random = library.crypto_core_ristretto255_scalar_random
_scalar_reduce = library.crypto_core_ristretto255_scalar_reduce
_scalar_subtract = library.crypto_core_ristretto255_scalar_sub


def decode_point(encoded: bytes, what: str = "point") -> Point:
    """Accept 32 bytes as a point; raises `WrongLength` or `PointIsIdentity`."""
    require_length(what, encoded, SIZE)
    if encoded == _IDENTITY:
        raise PointIsIdentity(f"The {what} is the identity of the group, which hides and proves nothing.")
    return Point(encoded)


def decode_scalar(encoded: bytes, what: str = "scalar") -> Scalar:
    """Accept a canonical scalar from 1 to the order less one, without branching on its digits."""
    require_length(what, encoded, SIZE)
    if _is_zero(encoded, SIZE):
        raise ScalarIsZero(f"The {what} is zero.")
    if not hmac.compare_digest(reduce_wide(encoded + bytes(SIZE)), encoded):
        raise ScalarNotCanonical(f"The {what} is not below the order of the group.")
    return Scalar(encoded)


def from_uniform(uniform: bytes) -> Point:
    """The one-way map of RFC 9496 section 4.3.4 from 64 uniform bytes."""
    require_length("hash to map to the group", uniform, UNIFORM_SIZE)
    point = create_string_buffer(SIZE)
    _from_hash(point, uniform)
    return decode_point(point.raw, "hashed input")


def multiply(scalar: Scalar, point: Point) -> Point:
    """`scalar · point`; raises `PointNotCanonical` when `point` encodes no element."""
    product = create_string_buffer(SIZE)
    if _multiply(product, scalar, point) != 0:
        raise _rejection(point)
    return Point(product.raw)


def multiply_base(scalar: Scalar) -> Point:
    """`scalar · G`."""
    product = create_string_buffer(SIZE)
    if _multiply_base(product, scalar) != 0:
        raise ScalarIsZero("The scalar is zero.")
    return Point(product.raw)


def add(left: Point, right: Point) -> Point:
    """`left + right`. The sum of two opposite points is the identity, which no multiplication accepts."""
    total = create_string_buffer(SIZE)
    if _add(total, left, right) != 0:
        raise PointNotCanonical("One of two points to add is not the encoding of a ristretto255 element.")
    return Point(total.raw)


def random_scalar() -> Scalar:
    """Uniform from 1 to the order less one, from the operating system's generator."""
    scalar = create_string_buffer(SIZE)
    _scalar_random(scalar)
    return Scalar(scalar.raw)


def reduce_wide(wide: bytes) -> Scalar:
    """64 bytes, little-endian, modulo the order."""
    require_length("value to reduce", wide, UNIFORM_SIZE)
    scalar = create_string_buffer(SIZE)
    _scalar_reduce(scalar, wide)
    return Scalar(scalar.raw)


def scalar_multiply(left: Scalar, right: Scalar) -> Scalar:
    product = create_string_buffer(SIZE)
    _scalar_multiply(product, left, right)
    return Scalar(product.raw)


def scalar_subtract(left: Scalar, right: Scalar) -> Scalar:
    difference = create_string_buffer(SIZE)
    _scalar_subtract(difference, left, right)
    return Scalar(difference.raw)


def scalar_invert(scalar: Scalar) -> Scalar:
    inverse = create_string_buffer(SIZE)
    if _scalar_invert(inverse, scalar) != 0:
        raise ScalarIsZero("The scalar is zero and has no inverse.")
    return Scalar(inverse.raw)


def invert_all(scalars: Sequence[Scalar]) -> list[Scalar]:
    """All inverses for the price of one and three products each (Montgomery's trick), in constant time.

    A single zero would turn every inverse into zero; `decode_scalar` has excluded it.
    """
    if not scalars:
        return []
    running = [scalars[0]]
    for scalar in scalars[1:]:
        running.append(scalar_multiply(running[-1], scalar))
    rest = scalar_invert(running[-1])
    inverses = [rest] * len(scalars)
    for index in range(len(scalars) - 1, 0, -1):
        inverses[index] = scalar_multiply(rest, running[index - 1])
        rest = scalar_multiply(rest, scalars[index])
    inverses[0] = rest
    return inverses


def _rejection(point: Point) -> PointRefused | ScalarRefused:
    """Why libsodium refused to multiply this point."""
    if point == _IDENTITY:
        return PointIsIdentity("The identity of the group cannot be multiplied.")
    if not _is_valid_point(point):
        return PointNotCanonical("A point is not the canonical encoding of a ristretto255 element.")
    return ScalarIsZero("The scalar is zero.")
