"""A consortium of three on brownie's network, deployed by the script that `brownie run` runs."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import pytest
from brownie import accounts, chain

_SCRIPT = Path(__file__).parents[2] / "migrations" / "brownie_deploy.py"
_SPEC = importlib.util.spec_from_file_location("brownie_deploy", _SCRIPT)
script = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(script)


@dataclass(frozen=True)
class Member:
    """Its two accounts, whose keys brownie holds."""

    application: tuple
    governance: object
    operator: object


@dataclass(frozen=True)
class Consortium:
    contracts: dict
    members: list

    def __getitem__(self, name):
        return self.contracts[name]

    def sent(self, account):
        return {"from": account, **script.FREE}

    def wait(self, seconds):
        """Move the chain's time."""
        chain.sleep(seconds)
        chain.mine()


@pytest.fixture(scope="module")
def consortium():
    inputs = script.read_inputs()
    contracts = script.deploy(inputs, accounts[0])
    members = [
        Member(
            application=script.application_of(member),
            governance=accounts.add(member["governance_key"]),
            operator=accounts.add(member["operator_key"]),
        )
        for member in inputs["members"]
    ]
    return Consortium(contracts=contracts, members=members)
