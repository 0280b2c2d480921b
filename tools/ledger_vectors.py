"""Cases of the ledgers for the parity vectors: trees of anchors, and an account move by move."""

from collections.abc import Callable
from typing import Any

from eth_utils.crypto import keccak

Drawn = Callable[[str, int], bytes]
SIZES = (1, 2, 3, 5, 8, 13)
ACCOUNTS = 4
MOVES = 24
KINDS = ("grant", "allow", "receive", "pay", "penalize")
FLOOR = 500


def _leaf(batch: bytes, count: int) -> tuple[bytes, int]:
    return keccak(b"\x00" + batch + count.to_bytes(4, "big")), count


def _node(left: tuple[bytes, int], right: tuple[bytes, int]) -> tuple[bytes, int]:
    sides = b"".join(hashed + elements.to_bytes(8, "big") for hashed, elements in (left, right))
    return keccak(b"\x01" + sides), left[1] + right[1]


def anchor_case(size: int, drawn: Drawn) -> dict[str, Any]:
    """A tree over so many batches, and the way of each to the root, found from the top down."""
    batches = [drawn(f"anchored {size} {i}", 32) for i in range(size)]
    counts = [1 + int.from_bytes(drawn(f"anchored count {size} {i}", 2), "big") % 1000 for i in range(size)]
    rows = [[_leaf(batch, count) for batch, count in zip(batches, counts, strict=True)]]
    while len(rows[-1]) > 1:
        below = rows[-1]
        above = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        rows.append(above + ([below[-1]] if len(below) % 2 else []))
    (root,) = rows[-1]
    proofs = []
    for index in range(size):
        places = [(row, (index >> height) ^ 1) for height, row in enumerate(rows[:-1])]
        siblings = [row[place] for row, place in places if place < len(row)]
        proofs.append(
            {
                "hashes": [f"0x{hashed.hex()}" for hashed, _ in siblings],
                "elements": [str(elements) for _, elements in siblings],
            }
        )
    return {
        "batches": [f"0x{batch.hex()}" for batch in batches],
        "counts": [str(count) for count in counts],
        "root": f"0x{root[0].hex()}",
        "elements": str(root[1]),
        "proofs": proofs,
    }


def account_case(case: int, drawn: Drawn) -> list[dict[str, str]]:
    """What a balance and the unspent part of its allowance are after each move."""
    balance, unspent, epoch, moves = 0, 0, 0, []
    for step in range(MOVES):
        kind = KINDS[0] if step == 0 else KINDS[1 + drawn(f"move {case} {step}", 1)[0] % (len(KINDS) - 1)]
        amount = int.from_bytes(drawn(f"moved {case} {step}", 2), "big") % 1500
        moved, expired = amount, 0
        match kind:
            case "allow":
                epoch += 1
                expired = unspent
                balance += amount - expired
                unspent = min(amount, max(0, balance))
            case "grant" | "receive":
                balance += amount
            case "pay":
                moved = max(0, min(amount, balance + FLOOR))
                balance, unspent = balance - moved, max(0, unspent - moved)
            case _:
                balance, unspent = balance - amount, max(0, unspent - amount)
        moves.append(
            {
                "kind": kind,
                "amount": str(amount),
                "epoch": str(epoch),
                "moved": str(moved),
                "expired": str(expired),
                "balance": str(balance),
                "unspent": str(unspent),
            }
        )
    return moves


def ledger_vectors(drawn: Drawn) -> dict[str, Any]:
    return {
        "anchors": [anchor_case(size, drawn) for size in SIZES],
        "accounts": [account_case(case, drawn) for case in range(ACCOUNTS)],
    }
