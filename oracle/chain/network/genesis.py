"""The first block of a private network, for Clique (go-ethereum) and QBFT (Besu): no fees, rules of Berlin.

London is left out on purpose: its base fee rises above zero as soon as a block is more than half full, and
go-ethereum has no switch for that. The contracts are compiled for Paris and use none of what came after
Berlin, so the same bytecode runs; `tests/poa` deploys it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import rlp

from oracle.domain.ids import Address

VANITY: Final = 32
SEAL: Final = 65
CLIQUE_EPOCH: Final = 30_000
"""Blocks after which Clique forgets votes that did not pass."""
_FORKS: Final = (
    *("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople"),
    *("petersburg", "istanbul", "berlin"),
)
_ISTANBUL_MIX_HASH: Final = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
"""By this mix hash clients recognise blocks of the Istanbul family, QBFT among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRules:
    """What every node of a network must have alike."""

    chain_id: int
    period_s: int
    gas_limit: int
    timestamp: int
    """Of the first block, unix seconds."""


def clique_genesis(rules: NetworkRules, validators: Sequence[Address]) -> dict[str, object]:
    """For `geth init`, of the last line that seals Clique (1.13)."""
    return {
        "config": {
            "chainId": rules.chain_id,
            **_forks(),
            "clique": {"period": rules.period_s, "epoch": CLIQUE_EPOCH},
        },
        "difficulty": "0x1",
        **_head(rules),
        "extraData": "0x" + clique_extra(validators).hex(),
        "alloc": {},
    }


def clique_extra(validators: Sequence[Address]) -> bytes:
    """Vanity, the first signers in ascending order, and an empty seal."""
    return bytes(VANITY) + b"".join(sorted(map(_raw, validators))) + bytes(SEAL)


def qbft_genesis(rules: NetworkRules, validators: Sequence[Address]) -> dict[str, object]:
    """For Besu; the request timeout is twice the period, as its documents advise."""
    return {
        "config": {
            "chainId": rules.chain_id,
            **_forks(),
            "zeroBaseFee": True,
            "qbft": {
                "blockperiodseconds": rules.period_s,
                "epochlength": CLIQUE_EPOCH,
                "requesttimeoutseconds": 2 * rules.period_s,
            },
        },
        "difficulty": "0x1",
        **_head(rules),
        "mixHash": _ISTANBUL_MIX_HASH,
        "extraData": "0x" + qbft_extra(validators).hex(),
        "alloc": {},
    }


def qbft_extra(validators: Sequence[Address]) -> bytes:
    """RLP of vanity, validators, no vote, round 0, no seals."""
    encoded: bytes = rlp.encode([bytes(VANITY), sorted(map(_raw, validators)), [], b"", []])
    return encoded


def _forks() -> dict[str, int]:
    return {f"{name}Block": 0 for name in _FORKS}


def _head(rules: NetworkRules) -> dict[str, str]:
    return {
        "nonce": "0x0",
        "timestamp": hex(rules.timestamp),
        "gasLimit": hex(rules.gas_limit),
        "coinbase": "0x" + "00" * 20,
    }


def _raw(account: Address) -> bytes:
    return bytes.fromhex(account[2:])
