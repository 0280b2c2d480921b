"""Writes tests/parity/vectors.json, the numbers that Python and Solidity must both arrive at.

An implementation of its own: it shares no code with the product, draws its inputs from fixed labels, and
checks its EIP-712 digests against eth-account. Numbers are decimal strings, bytes are hex. `--check` fails
when the file differs.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from ledger_vectors import ledger_vectors
from quality_vectors import FADED, SCORES, fading_case, quality_trace, score_case

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "parity" / "vectors.json"
TYPES: dict[str, str] = json.loads((ROOT / "contracts" / "types" / "eip712.json").read_text())
CHAIN_ID = 31337
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
TAG_BYTES, DIGEST_BYTES = 16, 32
CASES_PER_STRUCT = 5
TREE_BITS = (0, 1, 3, 5)

Value = int | bytes


def drawn(label: str, length: int) -> bytes:
    """Bytes that depend on the label alone."""
    blocks = (keccak(text=f"riskmesh parity {label} {i}") for i in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def fields(struct: str) -> list[tuple[str, str]]:
    """(type, name) of each member, in order."""
    inside = TYPES[struct].removeprefix(f"{struct}(").removesuffix(")")
    return [(kind, name) for kind, name in (field.split(" ") for field in inside.split(","))]


def value(kind: str, case: int, label: str) -> Value:
    """Case 0 is the smallest value, case 1 the greatest, the others are drawn."""
    if kind == "bytes":
        return drawn(label, (0, 300, 12, 32, 33)[case])
    if kind == "address":
        return {0: bytes(20), 1: b"\xff" * 20}.get(case, drawn(label, 20))
    size = int(re.sub(r"\D", "", kind)) // (1 if kind == "bytes32" else 8)
    word = {0: bytes(size), 1: b"\xff" * size}.get(case, drawn(label, size))
    return word if kind == "bytes32" else int.from_bytes(word, "big")


def struct_hash(struct: str, values: Mapping[str, Value]) -> bytes:
    kinds = ["bytes32"]
    words: list[Value] = [keccak(text=TYPES[struct])]
    for kind, name in fields(struct):
        member = values[name]
        kinds.append("bytes32" if kind == "bytes" else kind)
        words.append(keccak(member) if kind == "bytes" and isinstance(member, bytes) else member)
    return keccak(encode(kinds, words))


def domain(name: str, verifier: str) -> dict[str, Any]:
    return {"name": name, "version": "1", "chainId": CHAIN_ID, "verifyingContract": verifier}


def digest(place: Mapping[str, Any], hashed: bytes) -> bytes:
    words = (
        keccak(text=DOMAIN_TYPE),
        keccak(text=place["name"]),
        keccak(text=place["version"]),
        place["chainId"],
        place["verifyingContract"],
    )
    separator = keccak(encode(["bytes32", "bytes32", "bytes32", "uint256", "address"], words))
    return keccak(b"\x19\x01" + separator + hashed)


def signed_case(struct: str, case: int) -> dict[str, Any]:
    values = {name: value(kind, case, f"{struct} {name} {case}") for kind, name in fields(struct)}
    place = domain(
        "Riskmesh Credits" if struct == "Voucher" else "Riskmesh",
        Account.from_key(drawn(f"verifying contract of {struct}", 32)).address,
    )
    key = drawn(f"signer {struct} {case}", 32)
    hashed = struct_hash(struct, values)
    theirs = encode_typed_data(
        place, {struct: [{"type": kind, "name": name} for kind, name in fields(struct)]}, values
    )
    signature = Account.sign_message(theirs, key)
    final = digest(place, hashed)
    if bytes(signature.message_hash) != final:
        raise ValueError(f"eth-account disagrees about {struct} {case}")
    return {
        "domain": place,
        "values": {name: text(member) for name, member in values.items()},
        "structHash": text(hashed),
        "digest": text(final),
        "privateKey": text(key),
        "signer": Account.from_key(key).address,
        "signature": text(bytes(signature.signature)),
    }


def text(member: Value) -> str:
    return str(member) if isinstance(member, int) else f"0x{member.hex()}"


def leaf(number: int, tags: bytes, digests: bytes) -> bytes:
    return keccak(b"\x00" + number.to_bytes(4, "big") + keccak(tags) + keccak(digests))


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All levels of a tree, the leaves first."""
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([keccak(b"\x01" + below[i] + below[i + 1]) for i in range(0, len(below), 2)])
    return rows


def tree_case(bits: int) -> dict[str, Any]:
    buckets = []
    for number in range(1 << bits):
        count = drawn(f"count {bits} {number}", 1)[0] % 4
        tags = sorted(drawn(f"tag {bits} {number} {i}", TAG_BYTES) for i in range(count))
        digests = [drawn(f"digest {bits} {number} {i}", DIGEST_BYTES) for i in range(count)]
        buckets.append((b"".join(tags), b"".join(digests)))
    leaves = [leaf(number, *bucket) for number, bucket in enumerate(buckets)]
    rows = levels(leaves)
    paths = []
    for q in range(bits + 1):
        prefix = int.from_bytes(drawn(f"prefix {bits} {q}", 4), "big") % (1 << q)
        siblings = [rows[bits - q + i][(prefix >> i) ^ 1] for i in range(q)]
        paths.append(
            {
                "q": str(q),
                "prefix": str(prefix),
                "subtree": text(rows[bits - q][prefix]),
                "siblings": [text(sibling) for sibling in siblings],
            }
        )
    return {
        "bits": str(bits),
        "buckets": [
            {"number": str(i), "tags": text(tags), "digests": text(digests), "leaf": text(leaves[i])}
            for i, (tags, digests) in enumerate(buckets)
        ],
        "root": text(rows[-1][0]),
        "paths": paths,
    }


def draw_case() -> dict[str, Any]:
    """An epoch with two auditors, and which of some batches the draw falls on."""
    epoch, count, closing_hash, instead = 7, 1_000, drawn("closing", 32), drawn("instead", 32)
    auditors = [Account.from_key(drawn(f"auditor {i}", 32)).address for i in range(2)]
    seeds = [drawn(f"seed {i}", 32) for i in range(2)]
    mix = 0
    for auditor, seed in zip(auditors, seeds, strict=True):
        mix ^= int.from_bytes(keccak(encode(["address", "bytes32"], [auditor, seed])), "big")
    words = ["uint64", "bytes32", "bytes32", "bytes32"]
    value = keccak(encode(words, [epoch, closing_hash, mix.to_bytes(32, "big"), instead]))
    batches = []
    for i in range(20):
        batch = drawn(f"batch {i}", 32)
        place = keccak(encode(["bytes32", "uint64", "bytes32"], [value, i, batch]))
        element = keccak(encode(["bytes32", "uint64", "bytes32", "uint32"], [value, i, batch, count]))
        batches.append(
            {
                "requester": str(i),
                "batch": text(batch),
                "place": str(int.from_bytes(place, "big") % 1_000_000),
                "element": str(int.from_bytes(element, "big") % count),
            }
        )
    root, leaves = drawn("drawn root", 32), []
    for index in range(200):
        stands = keccak(encode(["bytes32", "uint32"], [root, index]))
        fallen = keccak(encode(["bytes32", "uint64", "bytes32"], [value, 3, stands]))
        leaves.append({"leaf": text(stands), "place": str(int.from_bytes(fallen, "big") % 1_000_000)})
    return {
        "root": text(root),
        "leaves": leaves,
        "epoch": str(epoch),
        "count": str(count),
        "closingHash": text(closing_hash),
        "instead": text(instead),
        "auditors": auditors,
        "seeds": [text(seed) for seed in seeds],
        "commitments": [
            text(keccak(encode(["uint64", "address", "bytes32"], [epoch, auditor, seed])))
            for auditor, seed in zip(auditors, seeds, strict=True)
        ],
        "mix": text(mix.to_bytes(32, "big")),
        "value": text(value),
        "batches": batches,
    }


def vectors() -> dict[str, Any]:
    return {
        "eip712": {
            struct: [signed_case(struct, case) for case in range(CASES_PER_STRUCT)] for struct in TYPES
        },
        "merkle": [tree_case(bits) for bits in TREE_BITS],
        "scores": [score_case(*case) for case in SCORES],
        "fading": [fading_case(value, epochs) for value in FADED for epochs in (0, 1, 5, 63, 1_000)],
        "quality": quality_trace(),
        "draws": draw_case(),
        **ledger_vectors(drawn),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is stale")
    fresh = json.dumps(vectors(), indent=1) + "\n"
    if parser.parse_args().check:
        if VECTORS.read_text() == fresh:
            return 0
        print(
            "tests/parity/vectors.json is stale: run `python tools/parity_vectors.py`, commit what it writes."
        )
        return 1
    VECTORS.parent.mkdir(parents=True, exist_ok=True)
    VECTORS.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
