"""Who holds which role after a deployment: timelock and ledgers what they need, the deployer nothing."""

from dataclasses import dataclass
from typing import Final

from oracle.chain.calls import Contract, boolean
from oracle.chain.contracts import roles
from oracle.chain.deploy.context import DeployContext
from oracle.chain.errors import RolesNotHandedOver
from oracle.chain.node import LATEST
from oracle.domain.ids import Address

_ANYONE = Address("0x" + "00" * 20)
_TIMELOCK: Final = "ConsortiumTimelock"
_GOVERNOR: Final = "ConsortiumGovernor"
_GOVERNED: Final = ("ProtocolParameters", "MemberRegistry", "DatasetRegistry", "QualityLedger", "AuditLedger")
"""Contracts that do what a vote has decided."""

ADMINISTERED: Final = (*_GOVERNED, "CreditLedger", "QueryLedger", _TIMELOCK)
"""Contracts whose roles the deployer may grant until it renounces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role of a contract and who must hold it after a deployment."""

    contract: str
    role: str
    holder: str
    """A contract's name; empty for anyone."""
    by_deployer: bool = True
    """Whether the deployment grants it; the timelock's own constructor grants the others."""


GRANTS: Final = (
    *(Grant(contract=name, role="governor", holder=_TIMELOCK) for name in _GOVERNED),
    *(Grant(contract=name, role="admin", holder=_TIMELOCK) for name in _GOVERNED),
    Grant(contract="CreditLedger", role="admin", holder=_TIMELOCK),
    Grant(contract="CreditLedger", role="accountant", holder="AuditLedger"),
    Grant(contract="CreditLedger", role="accountant", holder="QueryLedger"),
    Grant(contract="CreditLedger", role="rebate", holder="QualityLedger"),
    Grant(contract="QueryLedger", role="admin", holder=_TIMELOCK),
    Grant(contract=_TIMELOCK, role="proposer", holder=_GOVERNOR),
    Grant(contract=_TIMELOCK, role="canceller", holder=_GOVERNOR),
    Grant(contract=_TIMELOCK, role="executor", holder="", by_deployer=False),
    Grant(contract=_TIMELOCK, role="admin", holder=_TIMELOCK, by_deployer=False),
    Grant(contract="QualityLedger", role="freshness", holder="DatasetRegistry"),
    Grant(contract="QualityLedger", role="reporter", holder="QueryLedger"),
    Grant(contract="QualityLedger", role="reporter", holder="AuditLedger"),
    Grant(contract="MemberRegistry", role="emergency", holder="AuditLedger"),
)


def holder_address(context: DeployContext, grant: Grant) -> Address:
    return context.contract(grant.holder).address if grant.holder else _ANYONE


async def assert_handed_over(context: DeployContext) -> None:
    """Raises RolesNotHandedOver with everything that is not as it must be."""
    found = [problem for name in ADMINISTERED for problem in await _held_by_deployer(context, name)]
    for grant in GRANTS:
        holder = holder_address(context, grant)
        if not await _has(context, context.contract(grant.contract), roles.ALL[grant.role], holder):
            found.append(f"{holder} lacks the role '{grant.role}' of {grant.contract}")
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
