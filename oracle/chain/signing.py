"""Who signs transactions: a seam, so that a key may live elsewhere than in this process."""

from dataclasses import dataclass
from typing import Any, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount

from oracle.chain.quantities import hexadecimal
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


class AccountSigner:
    """Signs with a private key in memory. Its `repr` shows the address alone."""

    __slots__ = ("_account",)

    def __init__(self, private_key: bytes) -> None:
        self._account: LocalAccount = Account.from_key(private_key)

    def __repr__(self) -> str:
        return f"AccountSigner({self.address})"

    @property
    def address(self) -> Address:
        return Address(self._account.address)

    def sign(self, transaction: UnsignedTransaction) -> SignedTransaction:
        fields: dict[str, Any] = {
            "chainId": transaction.chain_id,
            "nonce": transaction.nonce,
            "gas": transaction.gas,
            "gasPrice": transaction.gas_price,
            "value": 0,
            "data": hexadecimal(transaction.data),
        }
        if transaction.to is not None:
            fields["to"] = transaction.to
        signed = self._account.sign_transaction(fields)
        return SignedTransaction(raw=bytes(signed.raw_transaction), tx_hash=bytes(signed.hash))
