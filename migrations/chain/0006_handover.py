"""All roles go to the timelock and the governor; the deployer keeps none."""

from oracle.chain.contracts import roles
from oracle.chain.deploy.context import DeployContext


async def run(context: DeployContext) -> None:
    timelock = context.contract("TimelockController")
    governor = context.contract("ConsortiumGovernor").address
    for name, role in (("proposer", roles.PROPOSER), ("canceller", roles.CANCELLER)):
        await context.carry_out(f"timelock-{name}", roles.grant_role(timelock, role, governor))
    for governed in ("ProtocolParameters", "MemberRegistry"):
        contract = context.contract(governed)
        for name, role in (("governor", roles.GOVERNOR), ("admin", roles.ADMIN)):
            await context.carry_out(f"{governed}-{name}", roles.grant_role(contract, role, timelock.address))
    for held in ("ProtocolParameters", "MemberRegistry", "TimelockController"):
        renounce = roles.renounce_role(context.contract(held), roles.ADMIN, context.deployer)
        await context.carry_out(f"{held}-renounce", renounce)
