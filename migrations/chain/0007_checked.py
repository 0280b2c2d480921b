"""Nothing is left to the deployer: looked up on the chain, not assumed."""

from oracle.chain.deploy.context import DeployContext
from oracle.chain.deploy.handover import assert_handed_over


async def run(context: DeployContext) -> None:
    await assert_handed_over(context)
