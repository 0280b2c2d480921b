"""Deployed code against compiled code: equal but for immutable values, and every difference found."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from oracle.chain.bytecode import PARTS, CompiledCode, check_code, created_first, masked, parse_compiled
from oracle.chain.connection import ChainConnection
from oracle.chain.deployment import CONTRACT_NAMES, DeploymentRecord
from oracle.chain.errors import BadArtifact, NoCheckout
from oracle.chain.rebuilding import rebuild
from oracle.crypto.keccak import keccak256

AskChain = Callable[..., Awaitable[object]]


@pytest.fixture(scope="module")
def packaged() -> Mapping[str, CompiledCode]:
    """What the package was built with; `make check` holds it against the sources."""
    folder = files("oracle.chain").joinpath("artifacts")
    compiled = [
        parse_compiled(msgspec.json.decode(artifact.read_bytes()))
        for artifact in folder.iterdir()
        if artifact.name.endswith(".json")
    ]
    return {one.contract: one for one in compiled}


async def test_check__fresh_deployment__is_built_from_the_sources(
    connection: ChainConnection, record: DeploymentRecord, packaged: Mapping[str, CompiledCode]
) -> None:
    checks = await check_code(connection, record, packaged)

    assert [check.contract for check in checks] == [*CONTRACT_NAMES, *PARTS]
    assert [check.finding for check in checks if not check.matches] == []


def _with_code_hash(record: DeploymentRecord, name: str, code: bytes) -> DeploymentRecord:
    changed = replace(record.contracts[name], code_hash=keccak256(code))
    return replace(record, contracts=MappingProxyType({**record.contracts, name: changed}))


async def test_check__one_byte_changed__is_found_even_if_the_record_agrees(
    connection: ChainConnection,
    record: DeploymentRecord,
    packaged: Mapping[str, CompiledCode],
    ask_chain: AskChain,
) -> None:
    address = record.address_of("CreditLedger")
    code = bytearray(await connection.ask(lambda node: node.code(address)))
    code[300] ^= 1
    await ask_chain("anvil_setCode", address, "0x" + code.hex())

    unlike_record = await check_code(connection, record, packaged)
    like_record = await check_code(connection, _with_code_hash(record, "CreditLedger", code), packaged)

    found = {check.contract: check.finding for check in unlike_record if not check.matches}
    assert found == {"CreditLedger": "the code is not the one in the deployment record"}
    found = {check.contract: check.finding for check in like_record if not check.matches}
    assert found == {"CreditLedger": "the code is not built from these sources"}


@pytest.mark.parametrize("name", ["AuditLedger", "SignatureProofs"])
async def test_check__address_of_a_stranger_written_in__is_found_even_if_the_record_agrees(
    connection: ChainConnection,
    record: DeploymentRecord,
    packaged: Mapping[str, CompiledCode],
    ask_chain: AskChain,
    name: str,
) -> None:
    """As somebody could deploy it: the same code, which asks another contract what a signature proves."""
    ledger = record.address_of("AuditLedger")
    address = ledger if name == "AuditLedger" else created_first(ledger)
    code = bytearray(await connection.ask(lambda node: node.code(address)))
    start, length = packaged[name].immutable_references[0]
    code[start : start + length] = bytes(12) + b"\x11" * 20
    await ask_chain("anvil_setCode", address, "0x" + code.hex())
    agreeing = _with_code_hash(record, name, code) if name in record.contracts else record

    checks = await check_code(connection, agreeing, packaged)

    (found,) = [check for check in checks if not check.matches]
    assert found.contract == name
    assert "0x1111111111111111111111111111111111111111" in found.finding


async def test_check__no_code_or_no_source__is_found(
    connection: ChainConnection,
    record: DeploymentRecord,
    packaged: Mapping[str, CompiledCode],
    ask_chain: AskChain,
) -> None:
    await ask_chain("anvil_setCode", record.address_of("QueryLedger"), "0x")
    without = {name: code for name, code in packaged.items() if name != "QualityLedger"}

    checks = await check_code(connection, record, without)

    assert {check.contract: check.finding for check in checks if not check.matches} == {
        "QueryLedger": "there is no code at this address",
        "QualityLedger": "the sources have no such contract",
    }


@pytest.mark.parametrize(
    ("code", "references", "expected"),
    [
        (b"\x01\x02\x03\x04", [(1, 2)], b"\x01\x00\x00\x04"),
        (b"\x01\x02", [(1, 4)], b"\x01\x00"),
        (b"\x01\x02", [(5, 4)], b"\x01\x02"),
        (b"", [(0, 2)], b""),
    ],
)
def test_masked__immutable_values__become_zeros_without_changing_the_length(
    code: bytes, references: list[tuple[int, int]], expected: bytes
) -> None:
    assert masked(code, references) == expected


def test_rebuild__no_checkout__says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NoCheckout, match="sources are not in this installation"):
        rebuild(tmp_path)


def test_compiled__not_as_expected__is_refused() -> None:
    with pytest.raises(BadArtifact, match="not understood"):
        parse_compiled({"contract": 1})


@pytest.mark.slow
def test_rebuild__this_checkout__gives_the_packaged_code(packaged: Mapping[str, CompiledCode]) -> None:
    assert rebuild() == packaged
