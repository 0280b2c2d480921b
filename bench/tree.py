"""A whole positional tree of 2^17 leaves, against its keccak256: `python bench/tree.py`."""

from collections.abc import Sequence

from measuring import Work, rates, repeated
from rows import Benchmark, Row, per_second, show

from oracle.crypto.keccak import keccak256
from oracle.crypto.tree import Tree

BITS = 17
"""131,072 leaves, the least tree of 1e5: two million records."""
CHANGED = 1_000


def measure() -> Sequence[Row]:
    count = 1 << BITS
    leaves = [keccak256(number.to_bytes(4, "big")) for number in range(count)]
    tree = Tree.from_leaves(BITS, leaves)
    step = count // CHANGED
    changes = {number * step: bytes(32) for number in range(CHANGED)}
    pair = bytes(65)
    hashing, building, changing = rates(
        repeated(lambda: keccak256(pair), count),
        Work(run=lambda: Tree.from_leaves(BITS, leaves), count=count),
        Work(run=lambda: tree.update(changes), count=CHANGED),
    )
    return [
        per_second(
            f"build a tree of {count:,} leaves, a leaf", building, hashing, "a keccak256 of 65 bytes a leaf"
        ),
        per_second(
            f"change {CHANGED:,} leaves of it, a leaf",
            changing,
            hashing * CHANGED / _nodes_above(changes),
            "a keccak256 for each node above them",
        ),
    ]


def _nodes_above(numbers: Sequence[int] | dict[int, bytes]) -> int:
    """How many different inner nodes stand above these leaves."""
    return sum(len({number >> up for number in numbers}) for up in range(1, BITS + 1))


BENCHMARK = Benchmark(title="Merkle tree, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
