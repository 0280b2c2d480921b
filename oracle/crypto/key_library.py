"""Loads the library of key files late, and without what it does to the interpreter."""

import sys
from types import ModuleType


def key_library() -> ModuleType:
    """`eth_keyfile.keyfile`; slow to load, and most commands need no key.

    A package that it loads lifts the interpreter's limit on recursion to 100,000. Then JSON nested deeply,
    from a node or a caller, is no `RecursionError` any more: it overruns the stack and ends the process.
    """
    limit = sys.getrecursionlimit()
    try:
        from eth_keyfile import keyfile  # noqa: PLC0415 - late on purpose
    finally:
        sys.setrecursionlimit(limit)
    return keyfile
