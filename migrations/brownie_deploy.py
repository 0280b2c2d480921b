"""The deployment of migrations/chain by brownie: `brownie run brownie_deploy` on any of its networks.

Parameters, roles and founders come from a file that `tools/brownie_inputs.py` writes. A consortium is founded
with `riskmesh chain deploy`, which continues after a crash and writes the record that daemons need; this is
for people who work on the contracts with brownie's console and tests.
"""

import json
from pathlib import Path

from brownie import accounts, project

INPUTS = Path(__file__).parents[1] / "build" / "brownie" / "inputs.json"
ADMIN = "0x" + "00" * 32
ANYONE = "0x" + "00" * 20
FREE = {"gas_price": 0}


def read_inputs():
    return json.loads(INPUTS.read_text())


def application_of(member):
    """The registry's struct, in its order."""
    file = member["application"]
    names = ("governance", "operator", "sealingSuite", "sealingKey", "oprfKey", "oprfPossession")
    return tuple(file[name] for name in (*names, "endpoint", "certificate", "profileHash"))


def deploy(inputs, deployer):
    """Every contract by its name, founded with all members but the last and handed over to the timelock."""
    contracts = _contracts(inputs, project.get_loaded_projects()[0], {"from": deployer, **FREE})
    as_deployer = {"from": deployer, **FREE}
    registry, credit_ledger = contracts["MemberRegistry"], contracts["CreditLedger"]
    for member_id, member in enumerate(inputs["members"][:-1], start=1):
        registry.found(application_of(member), as_deployer)
        credit_ledger.claimGrant(member_id, as_deployer)
    registry.closeFounding(as_deployer)
    for grant in inputs["grants"]:
        holder = contracts[grant["holder"]].address if grant["holder"] else ANYONE
        contracts[grant["contract"]].grantRole(grant["role"], holder, as_deployer)
    for name in inputs["administered"]:
        contracts[name].renounceRole(ADMIN, deployer, as_deployer)
    return contracts


def _contracts(inputs, made, as_deployer):
    governance, deployer = inputs["governance"], as_deployer["from"]
    parameters = made.ProtocolParameters.deploy(inputs["declarations"], deployer, as_deployer)
    registry = made.MemberRegistry.deploy(parameters, deployer, as_deployer)
    timelock = made.ConsortiumTimelock.deploy(
        governance["timelock_delay_s"], [], [ANYONE], deployer, as_deployer
    )
    governor = made.ConsortiumGovernor.deploy(
        registry,
        timelock,
        governance["voting_delay_s"],
        governance["voting_period_s"],
        governance["quorum_percent"],
        as_deployer,
    )
    credit_ledger = made.CreditLedger.deploy(registry, parameters, deployer, as_deployer)
    quality = made.QualityLedger.deploy(registry, parameters, credit_ledger, deployer, as_deployer)
    credit_ledger.setQualityLedger(quality, as_deployer)
    datasets = made.DatasetRegistry.deploy(registry, parameters, quality, deployer, as_deployer)
    queries = made.QueryLedger.deploy(registry, parameters, credit_ledger, quality, deployer, as_deployer)
    ledgers = (datasets, queries, credit_ledger, quality)
    audits = made.AuditLedger.deploy(registry, parameters, ledgers, deployer, as_deployer)
    return {
        "ProtocolParameters": parameters,
        "MemberRegistry": registry,
        "ConsortiumTimelock": timelock,
        "ConsortiumGovernor": governor,
        "CreditLedger": credit_ledger,
        "QualityLedger": quality,
        "DatasetRegistry": datasets,
        "QueryLedger": queries,
        "AuditLedger": audits,
    }


def main() -> None:
    """Deploy from the first account of the network and say where everything is."""
    for name, contract in deploy(read_inputs(), accounts[0]).items():
        print(f"{name:20} {contract.address}")  # noqa: T201 - what the person who runs it wants to see
