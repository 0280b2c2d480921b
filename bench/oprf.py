"""The VOPRF against libsodium's scalar multiplications, beside the package voprf: `python bench/oprf.py`."""

from collections.abc import Sequence

import primitives
from measuring import Work, rates
from rows import Benchmark, Row, per_second, show
from voprf import ristretto

from oracle.crypto import voprf

BATCH = 1_000
SEED, INFO = bytes(range(32)), b"bench"
SUBJECTS = [b"\x01+861380%07d" % number for number in range(BATCH)]
MULTIPLICATION = "a scalar multiplication of libsodium"


def measure() -> Sequence[Row]:
    keys = voprf.derive_key_pair(SEED, INFO)
    blinded = [voprf.blind(subject) for subject in SUBJECTS]
    elements = [one.element for one in blinded]
    scalars = [one.scalar for one in blinded]
    answer = voprf.evaluate_batch(keys.secret, elements)

    def verify_and_finalize() -> None:
        voprf.verify_batch(keys.public, elements, answer.elements, answer.proof)
        voprf.finalize_batch(SUBJECTS, scalars, answer.elements)

    limit, with_hash, blind, evaluate, verify, own = rates(
        Work(run=lambda: primitives.multiply(BATCH), count=BATCH),
        Work(run=lambda: primitives.hash_and_multiply(BATCH), count=BATCH),
        Work(run=lambda: [voprf.blind(subject) for subject in SUBJECTS], count=BATCH),
        Work(run=lambda: voprf.evaluate_batch(keys.secret, elements), count=BATCH),
        Work(run=verify_and_finalize, count=BATCH),
        Work(run=lambda: voprf.evaluate_own_batch(keys.secret, SUBJECTS), count=BATCH),
    )
    hashed = f"hashing to the group and {MULTIPLICATION}"
    return [
        per_second("blind a subject", blind, with_hash, hashed),
        per_second(
            "evaluate an element, one proof for 1,000", evaluate, limit / 2, f"twice {MULTIPLICATION}"
        ),
        per_second(
            "verify and finalize an element of 1,000", verify, limit / 3, f"three times {MULTIPLICATION}"
        ),
        per_second("output for a record of one's own", own, with_hash, hashed),
        *_witness(limit),
    ]


def _witness(limit: float) -> Sequence[Row]:
    """The same with the package in Rust; not ours, but what another library makes of this machine."""
    evaluator = ristretto.Evaluator.from_seed(SEED, INFO)
    pairs = [ristretto.Client.blind(subject) for subject in SUBJECTS]
    clients, inputs = [client for client, _ in pairs], [element for _, element in pairs]
    output = evaluator.evaluate_batch(inputs)
    blind, evaluate, verify, own = rates(
        Work(run=lambda: [ristretto.Client.blind(subject) for subject in SUBJECTS], count=BATCH),
        Work(run=lambda: evaluator.evaluate_batch(inputs), count=BATCH),
        Work(run=lambda: ristretto.Client.finalize_batch(clients, output, evaluator.public_key), count=BATCH),
        Work(run=lambda: [evaluator.evaluate_known_input(subject) for subject in SUBJECTS], count=BATCH),
    )
    return [
        per_second("voprf (Rust): blind", blind, limit, MULTIPLICATION),
        per_second("voprf (Rust): evaluate, one proof", evaluate, limit / 2, f"twice {MULTIPLICATION}"),
        per_second("voprf (Rust): verify and finalize", verify, limit / 3, f"three times {MULTIPLICATION}"),
        per_second("voprf (Rust): a record of one's own", own, limit, MULTIPLICATION),
    ]


BENCHMARK = Benchmark(title="VOPRF, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
