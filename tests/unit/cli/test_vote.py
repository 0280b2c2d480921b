"""`riskmesh vote`: what is signed, by which key, and what travels."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from eth_account.messages import encode_typed_data

from oracle.api.governance_schema import ballot_typed_data
from oracle.chain.deployment import CONTRACT_NAMES
from oracle.cli.ballots import ballot_digest, sign_ballot
from oracle.cli.consortium import read_application
from oracle.cli.errors import WrongVoter
from oracle.cli.exits import ExitCode
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import open_governance
from oracle.crypto.signing import Signer, recover
from oracle.domain.reports import BallotForm, Support

Command = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("rooms")

GOVERNOR = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
VOTER = Signer(b"\x07" * 32)
OTHER = Signer(b"\x08" * 32)


def form(**changed: object) -> BallotForm:
    values: dict[str, object] = {
        "governor_name": "Riskmesh Governor",
        "governor_version": "1",
        "chain_id": 31337,
        "verifying_contract": GOVERNOR,
        "proposal_id": "81230123456789",
        "support": Support.FOR,
        "voter": VOTER.address,
        "nonce": 3,
    }
    return BallotForm(**(values | changed))


@pytest.fixture
def proposal(riskmesh: Command, home: Path, rooms: Any) -> str:
    rooms.voter = open_governance(home / "keys", "a throw-away phrase").address
    ran = riskmesh("propose", "admit", home / "application.json", "--home", home, "--json")
    return ran.json()["proposal_id"]


@pytest.mark.parametrize("support", Support)
def test_digest__of_a_ballot__equals_eth_accounts(support: Support) -> None:
    ballot = form(support=support)
    document = json.loads(msgspec.json.encode(ballot_typed_data(ballot)))
    document["message"]["proposalId"] = int(document["message"]["proposalId"])
    signable = encode_typed_data(full_message=document)
    assert ballot_digest(ballot) == keccak256(b"\x19" + signable.version + signable.header + signable.body)


def test_sign__with_another_accounts_key__is_refused() -> None:
    with pytest.raises(WrongVoter):
        sign_ballot(form(), OTHER)


def test_vote__with_the_key_here__submits_the_governance_accounts_signature(
    riskmesh: Command, home: Path, rooms: Any, proposal: str
) -> None:
    ran = riskmesh("vote", proposal, "for", "--home", home)
    assert ran.code == 0, ran.err
    (ballot,) = rooms.ballots
    expected = form(
        governor_name="ConsortiumGovernor",
        proposal_id=proposal,
        voter=rooms.voter,
        nonce=3,
        support=Support.FOR,
    )
    assert recover(ballot_digest(expected), ballot.signature) == rooms.voter


def test_vote__wrong_passphrase__casts_nothing(
    riskmesh: Command, home: Path, rooms: Any, proposal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKMESH_PASSPHRASE", "not the phrase of these keys")
    ran = riskmesh("vote", proposal, "for", "--home", home)
    assert ran.code == ExitCode.MISCONFIGURED
    assert rooms.ballots == []


@pytest.mark.usefixtures("deployment")
def test_vote__signed_offline__is_cast_from_its_file(
    riskmesh: Command, home: Path, rooms: Any, proposal: str
) -> None:
    out = home / "ballot.json"
    signed = riskmesh(
        "vote", proposal, "against", "--offline", "--out", out, "--nonce", 5, "--home", home, "--quiet"
    )
    assert signed.code == 0, signed.err
    assert rooms.ballots == []
    assert riskmesh("vote", "--ballot", out, "--home", home).code == 0
    (ballot,) = rooms.ballots
    expected = form(proposal_id=proposal, voter=rooms.voter, nonce=5, support=Support.AGAINST)
    assert recover(ballot_digest(expected), ballot.signature) == rooms.voter
    assert ballot.support is Support.AGAINST


@pytest.mark.usefixtures("deployment")
def test_vote__offline_onto_an_existing_file__leaves_it(riskmesh: Command, home: Path, proposal: str) -> None:
    out = home / "ballot.json"
    out.write_text("keep me")
    ran = riskmesh("vote", proposal, "for", "--offline", "--out", out, "--home", home)
    assert ran.code == ExitCode.USAGE
    assert out.read_text() == "keep me"


@pytest.mark.parametrize(
    "arguments",
    [(), ("1",), ("-1", "for"), ("0x12", "for"), ("1", "for", "--offline"), ("1", "for", "--ballot", "b")],
)
def test_vote__incomplete__exits_2(
    riskmesh: Command, home: Path, rooms: Any, arguments: tuple[str, ...]
) -> None:
    assert riskmesh("vote", *arguments, "--home", home).code == ExitCode.USAGE
    assert rooms.ballots == []


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', "\x00"])
def test_vote__a_damaged_ballot_file__exits_2(riskmesh: Command, home: Path, text: str) -> None:
    (home / "b.json").write_text(text)
    assert riskmesh("vote", "--ballot", home / "b.json", "--home", home).code == ExitCode.USAGE


@pytest.fixture
def deployment(home: Path) -> Path:
    addresses = {name: f"0x{number + 1:040x}" for number, name in enumerate(CONTRACT_NAMES)}
    addresses["ConsortiumGovernor"] = GOVERNOR
    record = {
        "version": 1,
        "chainId": 31337,
        "genesisHash": "0x" + "00" * 32,
        "block": 1,
        "contracts": {
            name: {"address": one, "codeHash": "0x" + "11" * 32} for name, one in addresses.items()
        },
        "parameters": {},
        "steps": {},
    }
    path = home / "deployment.json"
    path.write_text(json.dumps(record))
    return path


def test_application__of_the_voter__names_the_key_that_signs(home: Path) -> None:
    governance = open_governance(home / "keys", "a throw-away phrase")
    assert read_application(home / "application.json").governance == governance.address
