"""Deployed code held against a compilation of the sources, immutable values aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from oracle.chain.connection import ChainConnection
from oracle.chain.deployment import CONTRACT_NAMES, DeploymentRecord
from oracle.chain.errors import BadArtifact
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address


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
    """One finding for each contract of the record."""
    return tuple([await _check(connection, record, name, compiled.get(name)) for name in CONTRACT_NAMES])


async def _check(
    connection: ChainConnection, record: DeploymentRecord, name: str, compiled: CompiledCode | None
) -> CodeCheck:
    deployed = record.contracts[name]
    code = await connection.ask(lambda node: node.code(deployed.address))
    finding = _finding(code, deployed.code_hash, compiled)
    return CodeCheck(
        contract=name,
        address=deployed.address,
        matches=not finding,
        finding=finding or "built from these sources",
    )


def _finding(code: bytes, recorded_hash: bytes, compiled: CompiledCode | None) -> str:
    """Empty when all is well."""
    if compiled is None:
        return "the sources have no such contract"
    if not code:
        return "there is no code at this address"
    if keccak256(code) != recorded_hash:
        return "the code is not the one in the deployment record"
    if masked(code, compiled.immutable_references) != compiled.runtime:
        return "the code is not built from these sources"
    return ""
