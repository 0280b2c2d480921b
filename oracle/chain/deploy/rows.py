"""Transactions as rows of the progress file."""

import msgspec

from oracle.chain.quantities import hexadecimal
from oracle.chain.transactions import Transaction, TransactionStatus
from oracle.domain.ids import Address, BlockNumber


class Row(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """One `Transaction` in JSON, bytes in hexadecimal."""

    intent: str
    sender: str
    to: str | None
    data: str
    status: TransactionStatus
    nonce: int | None
    raw: str | None
    tx_hash: str | None
    block_number: int | None
    block_hash: str | None
    contract: str | None
    gas_used: int | None
    error: str
    gas: int | None = None
    gas_price: int | None = None
    earlier: tuple[str, ...] = ()
    after_block: int | None = None


def _text(value: bytes | None) -> str | None:
    return None if value is None else hexadecimal(value)


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value.removeprefix("0x"))


def _address(value: str | None) -> Address | None:
    return None if value is None else Address(value)


def to_row(transaction: Transaction) -> Row:
    return Row(
        intent=transaction.intent,
        sender=transaction.sender,
        to=transaction.to,
        data=hexadecimal(transaction.data),
        status=transaction.status,
        nonce=transaction.nonce,
        raw=_text(transaction.raw),
        tx_hash=_text(transaction.tx_hash),
        block_number=transaction.block_number,
        block_hash=_text(transaction.block_hash),
        contract=transaction.contract,
        gas_used=transaction.gas_used,
        error=transaction.error,
        gas=transaction.gas,
        gas_price=transaction.gas_price,
        earlier=tuple(map(hexadecimal, transaction.earlier)),
        after_block=transaction.after_block,
    )


def from_row(row: Row) -> Transaction:
    return Transaction(
        intent=row.intent,
        sender=Address(row.sender),
        to=_address(row.to),
        data=bytes.fromhex(row.data.removeprefix("0x")),
        status=row.status,
        nonce=row.nonce,
        raw=_bytes(row.raw),
        tx_hash=_bytes(row.tx_hash),
        block_number=None if row.block_number is None else BlockNumber(row.block_number),
        block_hash=_bytes(row.block_hash),
        contract=_address(row.contract),
        gas_used=row.gas_used,
        error=row.error,
        gas=row.gas,
        gas_price=row.gas_price,
        earlier=tuple(bytes.fromhex(each.removeprefix("0x")) for each in row.earlier),
        after_block=None if row.after_block is None else BlockNumber(row.after_block),
    )
