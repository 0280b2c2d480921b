"""libsodium through ctypes: the system's library, else the one that the `rbcl` wheel carries."""

import contextlib
import ctypes
import ctypes.util
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

from oracle.crypto.errors import LibsodiumMissing

_IN = ctypes.c_char_p
_OUT = ctypes.c_char_p

_SIGNATURES: dict[str, tuple[tuple[object, ...], object]] = {
    "crypto_core_ristretto255_add": ((_OUT, _IN, _IN), ctypes.c_int),
    "crypto_core_ristretto255_from_hash": ((_OUT, _IN), ctypes.c_int),
    "crypto_core_ristretto255_is_valid_point": ((_IN,), ctypes.c_int),
    "crypto_core_ristretto255_scalar_invert": ((_OUT, _IN), ctypes.c_int),
    "crypto_core_ristretto255_scalar_mul": ((_OUT, _IN, _IN), None),
    "crypto_core_ristretto255_scalar_random": ((_OUT,), None),
    "crypto_core_ristretto255_scalar_reduce": ((_OUT, _IN), None),
    "crypto_core_ristretto255_scalar_sub": ((_OUT, _IN, _IN), None),
    "crypto_scalarmult_ristretto255": ((_OUT, _IN, _IN), ctypes.c_int),
    "crypto_scalarmult_ristretto255_base": ((_OUT, _IN), ctypes.c_int),
    "sodium_is_zero": ((_IN, ctypes.c_size_t), ctypes.c_int),
}


def system_library() -> ctypes.CDLL | None:
    """The operating system's libsodium, e.g. Debian's `libsodium23`."""
    name = ctypes.util.find_library("sodium")
    return None if name is None else _load(name)


def bundled_library() -> ctypes.CDLL | None:
    """The copy inside the `rbcl` wheel, which that package writes to a temporary file when imported."""
    try:
        written = importlib.import_module("rbcl._sodium").lib_path
    except ImportError:
        return None
    library = _load(written)
    # A loaded library needs its file no longer, and rbcl leaves one behind at every import.
    with contextlib.suppress(FileNotFoundError):
        Path(written).unlink()
    return library


def first_usable(sources: Sequence[Callable[[], ctypes.CDLL | None]]) -> ctypes.CDLL:
    """The first of these libraries that is there, has ristretto255 and starts; its functions are declared."""
    for source in sources:
        library = source()
        if library is None or not all(hasattr(library, name) for name in _SIGNATURES):
            continue
        for name, (arguments, result) in _SIGNATURES.items():
            function = getattr(library, name)
            function.argtypes = arguments
            function.restype = result
        if library.sodium_init() >= 0:
            return library
    raise LibsodiumMissing(
        "No libsodium with ristretto255 (1.0.18 or later) was found. "
        "Install the system's package (Debian: libsodium23) or `pip install rbcl`."
    )


def _load(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


library = first_usable((system_library, bundled_library))
