"""The registry of datasets and the ledgers of queries, credits and quality: they have no administrator."""

from oracle.chain.deploy.context import DeployContext


async def run(context: DeployContext) -> None:
    registry = context.contract("MemberRegistry").address
    parameters = context.contract("ProtocolParameters").address
    await context.deploy("DatasetRegistry", registry, parameters)
    credit_ledger = await context.deploy("CreditLedger", registry, parameters)
    await context.deploy("QueryLedger", registry, parameters, credit_ledger.address)
    await context.deploy("QualityLedger", registry, parameters, credit_ledger.address)
