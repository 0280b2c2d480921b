"""The founders file: real proofs of possession, distinct keys, and every defect named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.chain.applications import possession_context
from oracle.chain.errors import BadFounders
from oracle.chain.founders import read_founders
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.voprf import generate_key, public_key
from oracle.domain.ids import Address

Content = dict[str, Any]


def _application(name: str, number: int) -> Content:
    secret, governance = generate_key(), "0x" + bytes([number] * 20).hex()
    possession = prove_possession(secret, possession_context(Address(governance)))
    return {
        "version": 1,
        "name": name,
        "governance": governance,
        "operator": "0x" + bytes([number + 100] * 20).hex(),
        "sealingSuite": 1,
        "sealingKey": "0x" + bytes([number] * 32).hex(),
        "oprfKey": "0x" + public_key(secret).hex(),
        "oprfPossession": "0x" + possession.hex(),
        "endpoint": f"https://127.0.0.1:{8000 + number}",
        "certificate": "0x" + bytes([number] * 50).hex(),
        "profileHash": "0x" + keccak256(name.encode()).hex(),
    }


@pytest.fixture
def content() -> Content:
    return {"version": 1, "founders": [_application("Bank A", 1), _application("Bank B", 2)]}


@pytest.fixture
def read(tmp_path: Path) -> Callable[[object], object]:
    def write_and_read(content: object) -> object:
        path = tmp_path / "founders.json"
        path.write_text(json.dumps(content))
        return read_founders(path)

    return write_and_read


def test_founders__valid_file__gives_their_applications(
    content: Content, read: Callable[[object], Any]
) -> None:
    founders = read(content)

    assert [founder.name for founder in founders] == ["Bank A", "Bank B"]
    assert founders[1].endpoint == "https://127.0.0.1:8002"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"profileHash": "0x" + "00" * 32}, "profile hash"),
        ({"sealingSuite": 2}, "does not fit its suite"),
        ({"sealingKey": "0x1234"}, "does not fit its suite"),
        ({"endpoint": "https://" + "a" * 300}, "longer than 256"),
        ({"endpoint": "http://host"}, "begin with https"),
        ({"certificate": "0x" + "00" * 2049}, "longer than 2048"),
        ({"oprfPossession": "0x" + "00" * 96}, "prove possession"),
        ({"oprfPossession": "0x12"}, "prove possession"),
        ({"oprfKey": "0x" + "00" * 32}, "prove possession"),
        ({"governance": "0x" + "77" * 20}, "prove possession"),
        ({"governance": "0x12"}, "not valid"),
        ({"unknown": 1}, "not valid"),
        ({"version": 2}, "not of version 1"),
    ],
)
def test_founders__one_defect__is_named(
    content: Content, read: Callable[[object], object], change: Content, expected: str
) -> None:
    content["founders"][0].update(change)

    with pytest.raises(BadFounders, match=expected):
        read(content)


@pytest.mark.parametrize("field", ["operator", "sealingKey", "certificate"])
def test_founders__same_value_twice__is_refused(
    content: Content, read: Callable[[object], object], field: str
) -> None:
    content["founders"][1][field] = content["founders"][0][field]

    with pytest.raises(BadFounders, match="of 'Bank A' again"):
        read(content)


def test_founders__one_account_in_two_roles__is_refused(
    content: Content, read: Callable[[object], object]
) -> None:
    content["founders"][0]["operator"] = content["founders"][0]["governance"]

    with pytest.raises(BadFounders, match="account of 'Bank A' again"):
        read(content)


def test_founders__proof_of_another_member__is_refused(
    content: Content, read: Callable[[object], object]
) -> None:
    for field in ("oprfKey", "oprfPossession"):
        content["founders"][1][field] = content["founders"][0][field]

    with pytest.raises(BadFounders, match="prove possession"):
        read(content)


@pytest.mark.parametrize(
    "content", [{"version": 1, "founders": []}, {"version": 1}, [], {"version": 9, "founders": []}]
)
def test_founders__nobody_or_no_founders_file__is_refused(
    content: object, read: Callable[[object], object]
) -> None:
    with pytest.raises(BadFounders):
        read(content)
