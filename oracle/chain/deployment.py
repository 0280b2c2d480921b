"""The deployment record: the chain and contracts of a consortium; what a daemon is configured from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import msgspec

from oracle.chain.errors import BadDeploymentRecord
from oracle.chain.files import write_atomically
from oracle.chain.quantities import checksummed, hexadecimal
from oracle.domain.ids import Address, BlockNumber

VERSION: Final = 1
CONTRACT_NAMES: Final = (
    "ProtocolParameters",
    "MemberRegistry",
    "ConsortiumTimelock",
    "ConsortiumGovernor",
    "DatasetRegistry",
    "QueryLedger",
    "CreditLedger",
    "QualityLedger",
    "AuditLedger",
)

_Hash = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-f]{64}$")]
_Account = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]{40}$")]
_Natural = Annotated[int, msgspec.Meta(ge=0)]


class _Contract(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    address: _Account
    code_hash: _Hash


class _Record(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    version: int
    chain_id: _Natural
    genesis_hash: _Hash
    block: _Natural
    contracts: dict[str, _Contract]
    names: list[str] = []
    parameters: dict[str, int]
    steps: dict[str, str]


class _Versioned(msgspec.Struct):
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedContract:
    address: Address
    code_hash: bytes
    """keccak256 of the runtime code, immutables included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRecord:
    """All contracts of `CONTRACT_NAMES` are present."""

    chain_id: int
    genesis_hash: bytes
    block: BlockNumber
    """First block to read events from."""
    contracts: Mapping[str, DeployedContract]
    names: tuple[str, ...]
    """What the founders are called; the registry has only the hashes of their names."""
    parameters: Mapping[str, int]
    """As they were set at deployment; what holds today is on the chain."""
    steps: Mapping[str, str]

    def address_of(self, contract: str) -> Address:
        return self.contracts[contract].address


def parse_record(content: bytes, source: str = "The deployment record") -> DeploymentRecord:
    """Raises BadDeploymentRecord naming what is wrong in `source`."""
    advice = "take the file that `riskmesh chain deploy` wrote"
    try:
        version = msgspec.json.decode(content, type=_Versioned).version
        if version != VERSION:
            raise BadDeploymentRecord(
                f"{source} has version {version}, this program reads {VERSION}; {advice}"
            )
        record = msgspec.json.decode(content, type=_Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadDeploymentRecord(f"{source} is not valid: {error}; {advice}") from error
    missing = sorted(set(CONTRACT_NAMES) - set(record.contracts))
    unknown = sorted(set(record.contracts) - set(CONTRACT_NAMES))
    if missing or unknown:
        lacks, has = ", ".join(missing), ", ".join(unknown)
        raise BadDeploymentRecord(
            f"{source} lacks contracts [{lacks}] and has unknown ones [{has}]; {advice}"
        )
    contracts = {
        name: DeployedContract(
            address=checksummed(bytes.fromhex(entry.address[2:])),
            code_hash=bytes.fromhex(entry.code_hash[2:]),
        )
        for name, entry in record.contracts.items()
    }
    if len({contract.address for contract in contracts.values()}) != len(contracts):
        raise BadDeploymentRecord(f"{source} names one address for two contracts; {advice}")
    return DeploymentRecord(
        chain_id=record.chain_id,
        genesis_hash=bytes.fromhex(record.genesis_hash[2:]),
        block=BlockNumber(record.block),
        contracts=MappingProxyType(contracts),
        names=tuple(record.names),
        parameters=MappingProxyType(record.parameters),
        steps=MappingProxyType(record.steps),
    )


def encode_record(record: DeploymentRecord) -> bytes:
    encoded = _Record(
        version=VERSION,
        chain_id=record.chain_id,
        genesis_hash=hexadecimal(record.genesis_hash),
        block=record.block,
        contracts={
            name: _Contract(address=contract.address, code_hash=hexadecimal(contract.code_hash))
            for name, contract in record.contracts.items()
        },
        names=list(record.names),
        parameters=dict(record.parameters),
        steps=dict(record.steps),
    )
    return msgspec.json.format(msgspec.json.encode(encoded), indent=2) + b"\n"


def read_record(path: Path) -> DeploymentRecord:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadDeploymentRecord(
            f"The deployment record {path} cannot be read ({error.strerror}); "
            "set [chain] deployment to its path"
        ) from error
    return parse_record(content, f"The deployment record {path}")


def write_record(path: Path, record: DeploymentRecord) -> None:
    """Whole or not at all: a reader never sees half a record."""
    write_atomically(path, encode_record(record))
