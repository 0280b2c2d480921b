"""HPKE as messages are sealed with it, against the X25519 and AES-GCM inside: `python bench/seals.py`."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from measuring import rates, repeated
from rows import Benchmark, Row, per_second, show

from oracle.crypto.sealing import SealingKey, seal

INFO = b"riskmesh/1/seal" + bytes(32)
SIZES = {4 << 10: 1_000, 1 << 20: 20}
"""Bytes, and how often: the smallest frame, and the one that a reply to 1,000 elements usually takes."""


def measure() -> Sequence[Row]:
    return [row for size, times in SIZES.items() for row in _measure(size, times)]


def _measure(size: int, times: int) -> Sequence[Row]:
    key, private, cipher = SealingKey(bytes(range(32))), X25519PrivateKey.generate(), AESGCM(bytes(32))
    public, content = private.public_key(), bytes(size)
    sealed = seal(key.public, content, INFO)
    generate, exchange, encrypt, seals, opens = rates(
        repeated(X25519PrivateKey.generate, times),
        repeated(lambda: private.exchange(public), times),
        repeated(lambda: cipher.encrypt(bytes(12), content, None), times),
        repeated(lambda: seal(key.public, content, INFO), times),
        repeated(lambda: key.open(sealed, INFO), times),
    )
    to_seal = 1 / (1 / generate + 1 / exchange + 1 / encrypt)
    to_open = 1 / (1 / exchange + 1 / encrypt)
    name = f"a message of {size >> 10:,} KiB"
    return [
        per_second(f"seal {name}", seals, to_seal, "an X25519 key, an exchange and AES-GCM"),
        per_second(f"open {name}", opens, to_open, "an X25519 exchange and AES-GCM"),
    ]


BENCHMARK = Benchmark(title="HPKE, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
