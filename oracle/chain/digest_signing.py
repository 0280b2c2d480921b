"""Signs transactions with a key that only signs digests, so that the key itself stays in its keyring."""

from typing import Protocol

import rlp

from oracle.chain.signing import SignedTransaction, UnsignedTransaction
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import Signer
from oracle.domain.ids import Address

_V_OFFSET = 27
_EIP155_OFFSET = 35


class DigestSigner(Protocol):
    """A secp256k1 key: 65 bytes `r || s || v` with v 27 or 28, low s."""

    @property
    def address(self) -> Address: ...

    def sign(self, digest: bytes) -> bytes: ...


class DigestTransactionSigner:
    """Legacy transactions with replay protection (EIP-155), which every client takes."""

    def __init__(self, signer: DigestSigner) -> None:
        self._signer = signer

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address})"

    @property
    def address(self) -> Address:
        return self._signer.address

    def sign(self, transaction: UnsignedTransaction) -> SignedTransaction:
        to = b"" if transaction.to is None else bytes.fromhex(transaction.to.removeprefix("0x"))
        fields: list[int | bytes] = [
            transaction.nonce,
            transaction.gas_price,
            transaction.gas,
            to,
            0,
            transaction.data,
        ]
        signature = self._signer.sign(keccak256(rlp.encode([*fields, transaction.chain_id, 0, 0])))
        recovery = signature[64] - _V_OFFSET
        raw: bytes = rlp.encode(
            [
                *fields,
                recovery + transaction.chain_id * 2 + _EIP155_OFFSET,
                int.from_bytes(signature[:32]),
                int.from_bytes(signature[32:64]),
            ]
        )
        return SignedTransaction(raw=raw, tx_hash=keccak256(raw))


class AccountSigner(DigestTransactionSigner):
    """Signs with a key given as bytes, of which nothing is ever shown."""

    def __init__(self, private_key: bytes) -> None:
        super().__init__(Signer(private_key))
