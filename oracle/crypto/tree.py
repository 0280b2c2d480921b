"""A whole positional Merkle tree in memory, updated in place: what a holder publishes and cuts from."""

from collections.abc import Iterable, Mapping, Sequence

from oracle.crypto.errors import LeafCountWrong, SubtreeOutOfRange, require_length
from oracle.crypto.keccak import keccak256
from oracle.crypto.merkle import HASH_SIZE, MAX_BITS, check_subtree, leaf

_PAIR = 2 * HASH_SIZE


class Tree:
    """`bits` levels over `2^bits` leaves, each level one `bytearray`; 64 bytes a leaf."""

    __slots__ = ("_levels", "bits")

    def __init__(self, bits: int, levels: list[bytearray]) -> None:
        self.bits = bits
        self._levels = levels

    @classmethod
    def from_leaves(cls, bits: int, leaves: Iterable[bytes]) -> "Tree":
        """From all `2^bits` leaves in ascending bucket number."""
        if not 0 <= bits <= MAX_BITS:
            raise SubtreeOutOfRange(f"A tree has 0 to {MAX_BITS} levels, not {bits}.")
        row = bytearray()
        for value in leaves:
            require_length("leaf", value, HASH_SIZE)
            row += value
        if len(row) != HASH_SIZE << bits:
            raise LeafCountWrong(f"{len(row) // HASH_SIZE} leaves for a tree of {bits} levels.")
        levels = [row]
        for _ in range(bits):
            below = levels[-1]
            levels.append(bytearray().join(_parent(below, i) for i in range(len(below) // _PAIR)))
        return cls(bits, levels)

    @classmethod
    def empty(cls, bits: int) -> "Tree":
        """The tree of `2^bits` empty buckets."""
        return cls.from_leaves(bits, (leaf(number, (), ()) for number in range(1 << bits)))

    def __repr__(self) -> str:
        return f"Tree(bits={self.bits}, root={self.root.hex()})"

    @property
    def root(self) -> bytes:
        return bytes(self._levels[-1])

    def update(self, leaves: Mapping[int, bytes]) -> None:
        """Replace these leaves by number and rehash what stands above them, each node once."""
        for number, value in leaves.items():
            check_subtree(self.bits, self.bits, number)
            require_length("leaf", value, HASH_SIZE)
        row = self._levels[0]
        for number, value in leaves.items():
            row[number * HASH_SIZE : (number + 1) * HASH_SIZE] = value
        changed = set(leaves)
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            changed = {number >> 1 for number in changed}
            for number in changed:
                level[number * HASH_SIZE : (number + 1) * HASH_SIZE] = _parent(below, number)

    def leaf(self, number: int) -> bytes:
        check_subtree(self.bits, self.bits, number)
        return _at(self._levels[0], number)

    def siblings(self, depth: int, prefix: int) -> tuple[bytes, ...]:
        """The `depth` hashes beside the path from the subtree under `prefix` up to the root, bottom up."""
        check_subtree(self.bits, depth, prefix)
        found = []
        for level in self._levels[self.bits - depth : self.bits]:
            start = (prefix ^ 1) * HASH_SIZE
            found.append(bytes(level[start : start + HASH_SIZE]))
            prefix >>= 1
        return tuple(found)

    def copy(self) -> "Tree":
        """An independent tree: the one before stays what it was while this one is updated."""
        return Tree(self.bits, [bytearray(level) for level in self._levels])


def _parent(below: Sequence[int] | bytearray, number: int) -> bytes:
    return keccak256(b"\x01" + bytes(below[number * _PAIR : (number + 1) * _PAIR]))


def _at(level: bytearray, number: int) -> bytes:
    return bytes(level[number * HASH_SIZE : (number + 1) * HASH_SIZE])
