"""EIP-712 as eth-account computes it, as the vectors record it, as the contracts' type strings spell it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.crypto import typed_data
from oracle.crypto.errors import FieldOutOfRange, WrongLength
from oracle.crypto.keccak import keccak256
from oracle.crypto.signing import Signer, recover
from oracle.crypto.typed_data import TYPE_STRINGS, Domain, Statement
from oracle.domain.ids import Address
from oracle.domain.messages import (
    Claim,
    Departure,
    Disclosure,
    Header,
    OperatorRotation,
    Publication,
    Receipt,
    ReplyHead,
    Request,
    Voucher,
)

ROOT = Path(__file__).parents[2]
RECORDED = json.loads((ROOT / "tests" / "parity" / "vectors.json").read_text())["eip712"]
STRUCTS: dict[str, type[Statement]] = {
    struct.__name__: struct
    for struct in (
        Header,
        Request,
        ReplyHead,
        Receipt,
        Claim,
        Disclosure,
        Voucher,
        Publication,
        OperatorRotation,
        Departure,
    )
}
DOMAIN_FIELDS = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]


def members(name: str) -> list[tuple[str, str]]:
    """(type, name) of each member, read from the type string."""
    inside = TYPE_STRINGS[name].removeprefix(name + "(").removesuffix(")")
    return [(kind, member) for kind, _, member in (part.partition(" ") for part in inside.split(","))]


def attribute(member: str) -> str:
    """The attribute behind a member; `messageType` is the header's `type`."""
    return {"messageType": "type"}.get(member, re.sub(r"(?=[A-Z])", "_", member).lower())


def value_of(kind: str) -> st.SearchStrategy[Any]:
    if kind.startswith("uint"):
        greatest = 2 ** int(kind.removeprefix("uint")) - 1
        return st.integers(0, greatest) | st.just(greatest)
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda account: "0x" + account.hex())
    return st.binary(max_size=70) if kind == "bytes" else st.binary(min_size=32, max_size=32)


@st.composite
def statements(draw: st.DrawFn) -> tuple[str, dict[str, Any], Statement]:
    name = draw(st.sampled_from(sorted(STRUCTS)))
    values = {member: draw(value_of(kind)) for kind, member in members(name)}
    return name, values, build(name, values)


def build(name: str, values: dict[str, Any]) -> Statement:
    make: Callable[..., Statement] = STRUCTS[name]
    return make(**{attribute(member): value for member, value in values.items()})


def plain(kind: str) -> Any:
    """A value that fits the type."""
    return {"u": 1, "a": "0x" + "11" * 20, "b": bytes(32)}[kind[0]]


def parse(kind: str, value: Any) -> Any:
    if kind == "address":
        return value
    return bytes.fromhex(value.removeprefix("0x")) if kind.startswith("bytes") else int(value)


def domain_of(name: str, chain_id: int, contract: str) -> Domain:
    make = typed_data.voucher_domain if name == "Voucher" else typed_data.member_domain
    return make(chain_id, Address(contract))


def test_type_strings__of_python__are_those_of_the_contracts() -> None:
    assert json.loads((ROOT / "contracts" / "types" / "eip712.json").read_text()) == TYPE_STRINGS
    assert set(TYPE_STRINGS) == set(STRUCTS) == set(RECORDED)


@settings(max_examples=150, deadline=None)
@given(
    drawn=statements(),
    chain_id=st.integers(0, 2**256 - 1),
    account=st.binary(min_size=20, max_size=20),
    secret=st.integers(1, 2**250),
)
def test_digest__any_statement__is_what_eth_account_signs(
    drawn: tuple[str, dict[str, Any], Statement], chain_id: int, account: bytes, secret: int
) -> None:
    name, values, statement = drawn
    domain = domain_of(name, chain_id, "0x" + account.hex())
    message = encode_typed_data(
        full_message={
            "types": {
                "EIP712Domain": DOMAIN_FIELDS,
                name: [{"name": member, "type": kind} for kind, member in members(name)],
            },
            "primaryType": name,
            "domain": {
                "name": domain.name,
                "version": domain.version,
                "chainId": chain_id,
                "verifyingContract": "0x" + account.hex(),
            },
            "message": values,
        }
    )
    digest = typed_data.digest(domain, statement)
    assert domain.separator == message.header
    assert typed_data.struct_hash(statement) == message.body
    assert digest == keccak256(b"\x19" + message.version + message.header + message.body)
    signed = Account.sign_message(message, secret.to_bytes(32, "big"))
    signer = Signer(secret.to_bytes(32, "big"))
    assert signer.sign(digest) == bytes(signed.signature)
    assert recover(digest, signer.sign(digest)) == Account.recover_message(
        message, signature=signed.signature
    )


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_digest__recorded_statement__is_the_one_that_solidity_computes(name: str) -> None:
    assert RECORDED[name]
    for vector in RECORDED[name]:
        values = {member: parse(kind, vector["values"][member]) for kind, member in members(name)}
        domain = domain_of(name, int(vector["domain"]["chainId"]), vector["domain"]["verifyingContract"])
        assert domain.name == vector["domain"]["name"]
        digest = typed_data.digest(domain, build(name, values))
        assert "0x" + digest.hex() == vector["digest"]
        assert "0x" + typed_data.struct_hash(build(name, values)).hex() == vector["structHash"]
        signer = Signer(parse("bytes", vector["privateKey"]))
        assert signer.address == vector["signer"]
        assert "0x" + signer.sign(digest).hex() == vector["signature"]


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_struct_hash__any_member_changed__changes(name: str) -> None:
    values: dict[str, Any] = {member: plain(kind) for kind, member in members(name)}
    original = typed_data.struct_hash(build(name, values))
    for kind, member in members(name):
        other = {"u": 2, "a": "0x" + "22" * 20, "b": b"\x01" * 32}[kind[0]]
        assert typed_data.struct_hash(build(name, {**values, member: other})) != original


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_struct_hash__value_that_does_not_fit_its_type__is_refused(name: str) -> None:
    values: dict[str, Any] = {member: plain(kind) for kind, member in members(name)}
    for kind, member in members(name):
        if kind.startswith("uint"):
            for bad in (-1, 2 ** int(kind.removeprefix("uint"))):
                with pytest.raises(FieldOutOfRange):
                    typed_data.struct_hash(build(name, {**values, member: bad}))
        elif kind == "address":
            with pytest.raises(FieldOutOfRange):
                typed_data.struct_hash(build(name, {**values, member: "0xnone"}))
            with pytest.raises(WrongLength):
                typed_data.struct_hash(build(name, {**values, member: "0x" + "11" * 19}))
        elif kind == "bytes32":
            for short in (b"", bytes(31), bytes(33)):
                with pytest.raises(WrongLength):
                    typed_data.struct_hash(build(name, {**values, member: short}))


def test_domain__other_chain_contract_or_name__gives_another_separator() -> None:
    contract, other = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
    separators = {
        typed_data.member_domain(1, contract).separator,
        typed_data.member_domain(2, contract).separator,
        typed_data.member_domain(1, other).separator,
        typed_data.voucher_domain(1, contract).separator,
    }
    assert len(separators) == 4


@pytest.mark.parametrize(("contract", "error"), [("0xzz", FieldOutOfRange), ("0x11", WrongLength)])
def test_domain__contract_that_is_no_address__is_refused(contract: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        typed_data.member_domain(1, Address(contract))
