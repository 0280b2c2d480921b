import ctypes
import importlib
from pathlib import Path

import pytest

from oracle.crypto import group
from oracle.crypto.errors import LibsodiumMissing
from oracle.crypto.sodium import bundled_library, first_usable, system_library


def nothing() -> None:
    return None


def without_ristretto() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def test_first_usable__no_library__says_what_to_install() -> None:
    with pytest.raises(LibsodiumMissing, match="pip install rbcl"):
        first_usable((nothing, without_ristretto))


def test_first_usable__bundled_library__computes_the_same() -> None:
    bundled = first_usable((nothing, without_ristretto, bundled_library))
    scalar = group.random_scalar()
    product = ctypes.create_string_buffer(32)
    assert bundled.crypto_scalarmult_ristretto255_base(product, scalar) == 0
    assert product.raw == group.multiply_base(scalar)


def test_bundled_library__loaded__leaves_no_file_behind() -> None:
    assert bundled_library() is not None
    assert not Path(importlib.import_module("rbcl._sodium").lib_path).exists()


def test_system_library__when_there__is_usable() -> None:
    library = system_library()
    if library is None:
        pytest.skip("this machine has no libsodium of its own")
    assert first_usable((lambda: library,)) is library
