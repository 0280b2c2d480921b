"""All roles go to the timelock, the governor and the ledgers that need them; the deployer keeps none."""

from oracle.chain.contracts import roles
from oracle.chain.deploy.context import DeployContext
from oracle.chain.deploy.handover import ADMINISTERED, GRANTS, holder_address


async def run(context: DeployContext) -> None:
    await context.carry_out_all(
        {
            f"{grant.contract}-{grant.role}-{grant.holder}": roles.grant_role(
                context.contract(grant.contract), roles.ALL[grant.role], holder_address(context, grant)
            )
            for grant in GRANTS
            if grant.by_deployer
        }
    )
    await context.carry_out_all(
        {
            f"{name}-renounce": roles.renounce_role(context.contract(name), roles.ADMIN, context.deployer)
            for name in ADMINISTERED
        }
    )
