"""The timelock, which anyone may execute from, and the governor over it."""

from oracle.chain.deploy.context import DeployContext

_ANYONE = "0x" + "00" * 20


async def run(context: DeployContext) -> None:
    governance = context.parameters.governance
    timelock = await context.deploy(
        "ConsortiumTimelock", governance["timelock_delay_s"], [], [_ANYONE], context.deployer
    )
    await context.deploy(
        "ConsortiumGovernor",
        context.contract("MemberRegistry").address,
        timelock.address,
        governance["voting_delay_s"],
        governance["voting_period_s"],
        governance["quorum_percent"],
    )
