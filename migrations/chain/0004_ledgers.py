"""The registry of datasets and the ledgers of credits, quality, queries and audits."""

from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.deploy.context import DeployContext


async def run(context: DeployContext) -> None:
    registry = context.contract("MemberRegistry").address
    parameters = context.contract("ProtocolParameters").address
    credit_ledger = await context.deploy("CreditLedger", registry, parameters, context.deployer)
    quality = await context.deploy(
        "QualityLedger", registry, parameters, credit_ledger.address, context.deployer
    )
    await context.carry_out(
        "CreditLedger-quality", CreditLedger(credit_ledger).set_quality_ledger(quality.address)
    )
    datasets = await context.deploy(
        "DatasetRegistry", registry, parameters, quality.address, context.deployer
    )
    queries = await context.deploy(
        "QueryLedger", registry, parameters, credit_ledger.address, quality.address, context.deployer
    )
    ledgers = (datasets.address, queries.address, credit_ledger.address, quality.address)
    await context.deploy("AuditLedger", registry, parameters, ledgers, context.deployer)
