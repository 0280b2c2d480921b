"""The founders become members with a vote and their grant; then founding is closed for ever."""

from oracle.chain.applications import check_application, check_distinct
from oracle.chain.contracts.credit_ledger import CreditLedger
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.deploy.context import DeployContext
from oracle.chain.errors import DeploymentUnfinished


async def run(context: DeployContext) -> None:
    for founder in context.founders:
        check_application(founder)
    check_distinct(context.founders)
    registry = MemberRegistry(context.contract("MemberRegistry"))
    credit_ledger = CreditLedger(context.contract("CreditLedger"))
    founding = {f"found:{founder.governance}": registry.found(founder) for founder in context.founders}
    blocks = await context.carry_out_all(founding)
    grants = {}
    for founder, block in zip(context.founders, blocks, strict=True):
        member = await registry.member_of(context.connection, founder.governance, block=block)
        if member is None:
            raise DeploymentUnfinished(f"'{founder.name}' is not in the registry although it was founded")
        grants[f"grant:{member}"] = credit_ledger.claim_grant(member)
    await context.carry_out_all(grants)
    await context.carry_out("close-founding", registry.close_founding())
