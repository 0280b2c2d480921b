"""Who signs transactions: a seam, so that a key may live elsewhere than in this process."""

from dataclasses import dataclass
from typing import Protocol

from oracle.domain.ids import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedTransaction:
    """A legacy transaction: the form that every client takes, with or without a base fee."""

    chain_id: int
    nonce: int
    gas: int
    gas_price: int
    to: Address | None
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    raw: bytes
    tx_hash: bytes


class TransactionSigner(Protocol):
    @property
    def address(self) -> Address: ...

    def sign(self, transaction: UnsignedTransaction) -> SignedTransaction: ...
