"""Who holds which role after a deployment: the timelock what it needs, the deployer nothing."""

from oracle.chain.calls import Contract, boolean
from oracle.chain.contracts import roles
from oracle.chain.deploy.context import DeployContext
from oracle.chain.errors import RolesNotHandedOver
from oracle.chain.node import LATEST
from oracle.domain.ids import Address

_ANYONE = Address("0x" + "00" * 20)
_WITH_ROLES = ("ProtocolParameters", "MemberRegistry", "TimelockController")


async def assert_handed_over(context: DeployContext) -> None:
    """Raises RolesNotHandedOver with everything that is not as it must be."""
    found = [problem for name in _WITH_ROLES for problem in await _held_by_deployer(context, name)]
    timelock = context.contract("TimelockController").address
    governor = context.contract("ConsortiumGovernor").address
    for contract, role, holder in (
        ("ProtocolParameters", "governor", timelock),
        ("ProtocolParameters", "admin", timelock),
        ("MemberRegistry", "governor", timelock),
        ("MemberRegistry", "admin", timelock),
        ("TimelockController", "proposer", governor),
        ("TimelockController", "canceller", governor),
        ("TimelockController", "executor", _ANYONE),
        ("TimelockController", "admin", timelock),
    ):
        if not await _has(context, context.contract(contract), roles.ALL[role], holder):
            found.append(f"{holder} lacks the role '{role}' of {contract}")
    registry = context.contract("MemberRegistry")
    if not boolean(await registry.read(context.connection, LATEST, "foundingClosed")):
        found.append("founding is still open")
    if found:
        raise RolesNotHandedOver("The deployment is not handed over: " + "; ".join(found))


async def _held_by_deployer(context: DeployContext, name: str) -> list[str]:
    contract = context.contract(name)
    return [
        f"the deployer holds the role '{role}' of {name}"
        for role, code in roles.ALL.items()
        if await _has(context, contract, code, context.deployer)
    ]


async def _has(context: DeployContext, contract: Contract, role: bytes, account: Address) -> bool:
    return await roles.has_role(contract, context.connection, role, account, block=LATEST)
