"""Revert data in words: the custom errors of all our contracts by selector."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from oracle.chain.artifacts import load_artifact
from oracle.chain.deployment import CONTRACT_NAMES
from oracle.chain.errors import TransactionReverted
from oracle.crypto.keccak import keccak256

UNEXPLAINED = "Unexplained"
"""Name given to a revert without data or with an error that none of our contracts has."""
_SELECTOR = 4


@dataclass(frozen=True, slots=True)
class RevertDecoder:
    """Errors travel up through calls, so one table serves all contracts."""

    table: Mapping[bytes, tuple[str, tuple[str, ...]]]

    def decode(self, data: bytes | None, intent: str = "") -> TransactionReverted:
        found = self.table.get(data[:_SELECTOR]) if data else None
        if data is None or found is None:
            arguments = ("0x" + data[:_SELECTOR].hex(),) if data else ()
            return TransactionReverted(error=UNEXPLAINED, arguments=arguments, intent=intent)
        name, types = found
        try:
            values = decode(types, data[_SELECTOR:])
        except (DecodingError, UnicodeDecodeError):
            return TransactionReverted(error=name, intent=intent)
        shown = tuple("0x" + value.hex() if isinstance(value, bytes) else value for value in values)
        return TransactionReverted(error=name, arguments=shown, intent=intent)


@cache
def revert_decoder() -> RevertDecoder:
    table: dict[bytes, tuple[str, tuple[str, ...]]] = {
        keccak256(b"Error(string)")[:_SELECTOR]: ("Error", ("string",)),
        keccak256(b"Panic(uint256)")[:_SELECTOR]: ("Panic", ("uint256",)),
    }
    for contract in CONTRACT_NAMES:
        for entry in load_artifact(contract).entries("error"):
            table[entry.selector] = (entry.name, tuple(parameter.canonical for parameter in entry.inputs))
    return RevertDecoder(table)
