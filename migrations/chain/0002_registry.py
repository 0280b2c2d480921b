"""The member registry, empty."""

from oracle.chain.deploy.context import DeployContext


async def run(context: DeployContext) -> None:
    parameters = context.contract("ProtocolParameters").address
    await context.deploy("MemberRegistry", parameters, context.deployer)
