"""The positional tree against a recursive one written from the format alone, and against the vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from oracle.crypto.merkle import hash_digests, leaf, root_of_subtree, verify_subtree
from oracle.crypto.tree import Tree
from oracle.domain.ids import Tag
from oracle.domain.query import Cut, CutBucket

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())["merkle"]

Entry = tuple[bytes, bytes]


def recursive_root(buckets: list[list[Entry]], height: int, first: int) -> bytes:
    """The hash over buckets `first` to `first + 2^height - 1`, as formats.md words it."""
    if height == 0:
        entries = buckets[first]
        tags, digests = b"".join(t for t, _ in entries), b"".join(d for _, d in entries)
        return keccak(b"\x00" + first.to_bytes(4, "big") + keccak(tags) + keccak(digests))
    half = 1 << (height - 1)
    left = recursive_root(buckets, height - 1, first)
    return keccak(b"\x01" + left + recursive_root(buckets, height - 1, first + half))


def recursive_path(buckets: list[list[Entry]], bits: int, depth: int, prefix: int) -> list[bytes]:
    """Siblings bottom up: at each height the half of the pair in which the subtree does not lie."""
    if depth == 0:
        return []
    height = bits - depth
    sibling = recursive_root(buckets, height, (prefix ^ 1) << height)
    return [sibling, *recursive_path(buckets, bits, depth - 1, prefix // 2)]


@st.composite
def datasets(draw: st.DrawFn) -> tuple[int, list[list[Entry]]]:
    bits = draw(st.integers(0, 5))
    entry = st.tuples(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32))
    buckets = st.lists(entry, max_size=2, unique_by=lambda pair: pair[0]).map(sorted)
    return bits, draw(st.lists(buckets, min_size=1 << bits, max_size=1 << bits))


@given(dataset=datasets(), data=st.data())
def test_tree__any_dataset__equals_the_recursive_one(
    dataset: tuple[int, list[list[Entry]]], data: st.DataObject
) -> None:
    bits, buckets = dataset
    leaves = [
        leaf(number, [t for t, _ in entries], [d for _, d in entries])
        for number, entries in enumerate(buckets)
    ]
    tree = Tree.from_leaves(bits, leaves)
    assert tree.root == recursive_root(buckets, bits, 0)
    depth = data.draw(st.integers(0, bits))
    prefix = data.draw(st.integers(0, (1 << depth) - 1))
    siblings = recursive_path(buckets, bits, depth, prefix)
    assert list(tree.siblings(depth, prefix)) == siblings
    under = leaves[prefix << (bits - depth) : (prefix + 1) << (bits - depth)]
    assert tree.root == root_of_subtree(
        bits=bits, depth=depth, prefix=prefix, leaves=under, siblings=siblings
    )


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def pieces(text: str, size: int) -> list[bytes]:
    value = unhex(text)
    return [value[at : at + size] for at in range(0, len(value), size)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"bits-{vector['bits']}")
def test_tree__recorded_dataset__is_the_one_that_solidity_computes(vector: dict[str, Any]) -> None:
    bits = int(vector["bits"])
    contents = [(pieces(b["tags"], 16), pieces(b["digests"], 32)) for b in vector["buckets"]]
    leaves = [leaf(number, *content) for number, content in enumerate(contents)]
    assert leaves == [unhex(bucket["leaf"]) for bucket in vector["buckets"]]
    tree = Tree.from_leaves(bits, leaves)
    assert tree.root == unhex(vector["root"])
    assert vector["paths"]
    for path in vector["paths"]:
        depth, prefix = int(path["q"]), int(path["prefix"])
        siblings = tuple(map(unhex, path["siblings"]))
        assert tree.siblings(depth, prefix) == siblings
        under = slice(prefix << (bits - depth), (prefix + 1) << (bits - depth))
        assert unhex(path["subtree"]) == root_of_subtree(
            bits=bits - depth, depth=0, prefix=0, leaves=leaves[under], siblings=()
        )
        cut = Cut(
            buckets=tuple(
                CutBucket(tags=tuple(map(Tag, tags)), digests_hash=hash_digests(digests))
                for tags, digests in contents[under]
            ),
            siblings=siblings,
        )
        verify_subtree(tree.root, bits=bits, depth=depth, prefix=prefix, cut=cut)
