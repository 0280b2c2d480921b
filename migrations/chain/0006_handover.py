"""All roles go to the timelock and the governor; the deployer keeps none."""

from oracle.chain.contracts import roles
from oracle.chain.deploy.context import DeployContext


async def run(context: DeployContext) -> None:
    timelock = context.contract("TimelockController")
    governor = context.contract("ConsortiumGovernor").address
    grants = {
        "timelock-proposer": roles.grant_role(timelock, roles.PROPOSER, governor),
        "timelock-canceller": roles.grant_role(timelock, roles.CANCELLER, governor),
    }
    for name in ("ProtocolParameters", "MemberRegistry"):
        contract = context.contract(name)
        grants[f"{name}-governor"] = roles.grant_role(contract, roles.GOVERNOR, timelock.address)
        grants[f"{name}-admin"] = roles.grant_role(contract, roles.ADMIN, timelock.address)
    await context.carry_out_all(grants)
    await context.carry_out_all(
        {
            f"{name}-renounce": roles.renounce_role(context.contract(name), roles.ADMIN, context.deployer)
            for name in ("ProtocolParameters", "MemberRegistry", "TimelockController")
        }
    )
