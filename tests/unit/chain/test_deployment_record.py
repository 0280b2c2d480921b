"""The deployment record: written and read alike, and every defect named."""

import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest

from oracle.chain.deployment import (
    CONTRACT_NAMES,
    DeployedContract,
    DeploymentRecord,
    encode_record,
    parse_record,
    read_record,
    write_record,
)
from oracle.chain.errors import BadDeploymentRecord
from oracle.chain.quantities import checksummed
from oracle.domain.ids import BlockNumber

RECORD = DeploymentRecord(
    chain_id=31337,
    genesis_hash=b"\x01" * 32,
    block=BlockNumber(5),
    contracts=MappingProxyType(
        {
            name: DeployedContract(
                address=checksummed(bytes([number + 1]) * 20), code_hash=bytes([number]) * 32
            )
            for number, name in enumerate(CONTRACT_NAMES)
        }
    ),
    parameters=MappingProxyType({"finality_depth": 0, "subject_rules_hash": 2**256 - 1}),
    steps=MappingProxyType({"0001_parameters": "done"}),
    names=("Bank A", "Bank B"),
)


def test_record__written_and_read__is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "deployment.json"

    write_record(path, RECORD)

    assert read_record(path) == RECORD
    assert [entry.name for entry in path.parent.iterdir()] == ["deployment.json"]


def test_record__missing_file__says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(BadDeploymentRecord, match=r"deployment\.json cannot be read"):
        read_record(tmp_path / "deployment.json")


def _without(name: str) -> Callable[[dict[str, object]], None]:
    return lambda record: record.pop(name) and None


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda record: record.update(version=2), "has version 2, this program reads 1"),
        (lambda record: record.update(extra=1), "unknown field `extra`"),
        (lambda record: record.pop("chainId"), "chainId"),
        (lambda record: record.pop("version"), "version"),
        (lambda record: record.update(genesisHash="0x12"), "genesisHash"),
        (lambda record: record.update(block=-1), "block"),
        (lambda record: record["contracts"].pop("QueryLedger"), r"lacks contracts \[QueryLedger\]"),
        (
            lambda record: record["contracts"].update(Stranger=record["contracts"]["QueryLedger"]),
            r"unknown ones \[Stranger\]",
        ),
        (lambda record: record["contracts"]["QueryLedger"].update(address="0x12"), "address"),
        (lambda record: record["contracts"]["QueryLedger"].update(codeHash="12"), "codeHash"),
        (
            lambda record: record["contracts"].update(QueryLedger=record["contracts"]["CreditLedger"]),
            "one address for two contracts",
        ),
    ],
)
def test_record__damaged__names_the_defect(damage: Callable[[object], object], expected: str) -> None:
    content = json.loads(encode_record(RECORD))
    damage(content)

    with pytest.raises(BadDeploymentRecord, match=expected):
        parse_record(json.dumps(content).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_record__not_json__is_refused(content: bytes) -> None:
    with pytest.raises(BadDeploymentRecord, match="not valid"):
        parse_record(content)
