"""Deployed code held against a compilation of the sources, and the addresses in it against the record.

A constructor writes immutable values into the code, so these places cannot be compared. Who deploys decides
what they are: an address among them that is none of the record's would be trusted as if it were.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import rlp
from eth_utils.address import to_canonical_address, to_checksum_address

from oracle.chain.connection import ChainConnection
from oracle.chain.deployment import CONTRACT_NAMES, DeploymentRecord
from oracle.chain.errors import BadArtifact
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address

PARTS: Final = {"SignatureProofs": "AuditLedger"}
"""Contracts that another one creates first of all in its constructor, by that one; no record names them."""
_NUMBERS: Final = 2**64
"""Immutable values below are chain ids and the like: nobody finds an address with 96 leading zero bits."""
_ADDRESSES: Final = 2**160


class CompiledCode(msgspec.Struct, frozen=True, rename="camel"):
    """The part of a compiler artifact that says what may stand on the chain."""

    contract: str
    immutable_references: tuple[tuple[int, int], ...]
    """Start and length in bytes of the runtime code."""
    runtime_bytecode: str
    """Zeros where immutable values go."""

    @property
    def runtime(self) -> bytes:
        return bytes.fromhex(self.runtime_bytecode.removeprefix("0x"))


@cache
def load_runtime(contract: str) -> bytes:
    """Runtime code of a packaged contract without immutable values. Raises BadArtifact."""
    source = files("oracle.chain").joinpath("artifacts", f"{contract}.json")
    try:
        return parse_compiled(msgspec.json.decode(source.read_bytes())).runtime
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise BadArtifact(
            f"The generated artifact of {contract} is missing or damaged; install the package again"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    contract: str
    address: Address
    matches: bool
    finding: str
    """In words what was found."""


def parse_compiled(artifact: object) -> CompiledCode:
    try:
        return msgspec.convert(artifact, CompiledCode)
    except msgspec.ValidationError as error:
        raise BadArtifact(f"The compiler's output is not understood: {error}") from error


def masked(code: bytes, references: Sequence[tuple[int, int]]) -> bytes:
    """The code with zeros at its immutable values."""
    blank = bytearray(code)
    for start, length in references:
        blank[start : start + length] = bytes(min(length, max(0, len(code) - start)))
    return bytes(blank)


async def check_code(
    connection: ChainConnection, record: DeploymentRecord, compiled: Mapping[str, CompiledCode]
) -> tuple[CodeCheck, ...]:
    """One finding for each contract of the record and each that one of these creates."""
    addresses = {name: record.address_of(name) for name in CONTRACT_NAMES}
    addresses |= {part: created_first(addresses[creator]) for part, creator in PARTS.items()}
    known = frozenset(map(to_canonical_address, addresses.values()))
    checks = []
    for name, address in addresses.items():
        code = await _code_at(connection, address)
        recorded = record.contracts.get(name)
        finding = _finding(code, recorded.code_hash if recorded else None, compiled.get(name), known)
        checks.append(
            CodeCheck(
                contract=name,
                address=address,
                matches=not finding,
                finding=finding or "built from these sources",
            )
        )
    return tuple(checks)


async def _code_at(connection: ChainConnection, address: Address) -> bytes:
    return await connection.ask(lambda node: node.code(address))


def created_first(creator: Address) -> Address:
    """Where the first contract is that this one creates (EIP-161: its nonces begin with 1)."""
    digest = keccak256(rlp.encode([to_canonical_address(creator), 1]))
    return Address(to_checksum_address(digest[-20:]))


def _finding(
    code: bytes, recorded_hash: bytes | None, compiled: CompiledCode | None, known: Collection[bytes]
) -> str:
    """Empty when all is well."""
    if compiled is None:
        return "the sources have no such contract"
    if not code:
        return "there is no code at this address"
    if recorded_hash is not None and keccak256(code) != recorded_hash:
        return "the code is not the one in the deployment record"
    if masked(code, compiled.immutable_references) != compiled.runtime:
        return "the code is not built from these sources"
    strangers = set(_written_addresses(code, compiled.immutable_references)).difference(known)
    if strangers:
        return f"it relies on {to_checksum_address(min(strangers))}, which is not in the deployment record"
    return ""


def _written_addresses(code: bytes, references: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    for start, length in references:
        value = int.from_bytes(code[start : start + length])
        if _NUMBERS <= value < _ADDRESSES:
            yield value.to_bytes(20)
