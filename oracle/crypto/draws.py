"""Draws of audits: the same hashes as the `AuditLedger`, for auditors and for whom a draw falls on."""

from collections.abc import Iterable

from eth_abi.abi import encode

from oracle.crypto.keccak import keccak256
from oracle.domain.audits import AnchorLeaf
from oracle.domain.ids import Address, MemberId

_MILLION = 1_000_000


def seed_commitment(epoch: int, auditor: Address, seed: bytes) -> bytes:
    """What an auditor commits before the epoch; `seed` is 32 random bytes."""
    return keccak256(encode(("uint64", "address", "bytes32"), (epoch, auditor, seed)))


def mixed(seeds: Iterable[tuple[Address, bytes]]) -> bytes:
    """Exclusive or of the revealed seeds' hashes: their order does not matter."""
    mix = 0
    for auditor, seed in seeds:
        mix ^= int.from_bytes(keccak256(encode(("address", "bytes32"), (auditor, seed))))
    return mix.to_bytes(32)


def draw_value(epoch: int, closing_hash: bytes, mix: bytes, instead: bytes = bytes(32)) -> bytes:
    """`instead` is the hash that stands for withheld seeds; zeros when there were none."""
    return keccak256(encode(("uint64", "bytes32", "bytes32", "bytes32"), (epoch, closing_hash, mix, instead)))


def falls_on(draw: bytes, sample_ppm: int, requester: MemberId, batch: bytes) -> bool:
    """Whether the draw of an epoch falls on a batch whose deadline lies in it."""
    drawn = keccak256(encode(("bytes32", "uint64", "bytes32"), (draw, requester, batch)))
    return int.from_bytes(drawn) % _MILLION < sample_ppm


def leaf_id(leaf: AnchorLeaf) -> bytes:
    """What stands for a batch of which the chain knows its place in an anchor alone."""
    return keccak256(leaf.root + leaf.index.to_bytes(32))


def leaves_drawn(
    draw: bytes, sample_ppm: int, requester: MemberId, root: bytes, places: range
) -> tuple[AnchorLeaf, ...]:
    """Which of these places of an anchor the draw of its epoch falls on."""
    head = draw + requester.to_bytes(32)
    # Two hashes a place, and nothing made of those that are not drawn: there are many to try.
    return tuple(
        AnchorLeaf(root=root, index=index)
        for index in places
        if int.from_bytes(keccak256(head + keccak256(root + index.to_bytes(32)))) % _MILLION < sample_ppm
    )


def element_drawn(draw: bytes, requester: MemberId, batch: bytes, count: int) -> int:
    """Index of the element of a sampled batch that is opened first; others follow, around the end."""
    kinds = ("bytes32", "uint64", "bytes32", "uint32")
    return int.from_bytes(keccak256(encode(kinds, (draw, requester, batch, count)))) % count
