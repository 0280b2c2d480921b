"""Bare libsodium in a loop: the scalar multiplications that no layer above it can do without."""

from ctypes import create_string_buffer

from oracle.crypto.sodium import library

_multiply = library.crypto_scalarmult_ristretto255
_from_hash = library.crypto_core_ristretto255_from_hash
_random_scalar = library.crypto_core_ristretto255_scalar_random

_SCALAR = create_string_buffer(32)
_random_scalar(_SCALAR)
_POINT = create_string_buffer(32)
_from_hash(_POINT, bytes(range(64)))
_OUT = create_string_buffer(32)
SCALAR, POINT, UNIFORM = _SCALAR.raw, _POINT.raw, bytes(range(64))


def multiply(times: int) -> None:
    for _ in range(times):
        _multiply(_OUT, SCALAR, POINT)


def hash_and_multiply(times: int) -> None:
    """As blinding does, and as a holder does with a record of its own."""
    for _ in range(times):
        _from_hash(_OUT, UNIFORM)
        _multiply(_OUT, SCALAR, POINT)
