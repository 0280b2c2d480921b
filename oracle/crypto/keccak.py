"""keccak256 as the EVM computes it: the one place that names the library behind it."""

import sha3  # type: ignore[import-untyped]  # safe-pysha3 ships no types


def keccak256(data: bytes | bytearray) -> bytes:
    digest: bytes = sha3.keccak_256(data).digest()
    return digest
