"""The governed parameters, with bounds that nobody can change later."""

from oracle.chain.deploy.context import DeployContext


async def run(context: DeployContext) -> None:
    declarations = context.parameters.declarations(context.progress.beginning.epoch_start)
    await context.deploy("ProtocolParameters", declarations, context.deployer)
