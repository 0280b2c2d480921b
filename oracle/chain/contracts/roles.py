"""Roles of OpenZeppelin's AccessControl, which most of the contracts have."""

from typing import Final

from oracle.chain.calls import BlockPin, Contract, boolean
from oracle.chain.connection import ChainConnection
from oracle.chain.transactions import Order
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address

ADMIN: Final = bytes(32)
GOVERNOR: Final = keccak256(b"GOVERNOR_ROLE")
FOUNDER: Final = keccak256(b"FOUNDER_ROLE")
ACCOUNTANT: Final = keccak256(b"ACCOUNTANT_ROLE")
PROPOSER: Final = keccak256(b"PROPOSER_ROLE")
EXECUTOR: Final = keccak256(b"EXECUTOR_ROLE")
CANCELLER: Final = keccak256(b"CANCELLER_ROLE")
REPORTER: Final = keccak256(b"REPORTER_ROLE")
FRESHNESS: Final = keccak256(b"FRESHNESS_ROLE")
REBATE: Final = keccak256(b"REBATE_ROLE")
EMERGENCY: Final = keccak256(b"EMERGENCY_ROLE")
ALL: Final = {
    "admin": ADMIN,
    "governor": GOVERNOR,
    "founder": FOUNDER,
    "accountant": ACCOUNTANT,
    "proposer": PROPOSER,
    "executor": EXECUTOR,
    "canceller": CANCELLER,
    "reporter": REPORTER,
    "freshness": FRESHNESS,
    "rebate": REBATE,
    "emergency": EMERGENCY,
}


def grant_role(contract: Contract, role: bytes, account: Address) -> Order:
    return contract.order("grantRole", role, account)


def renounce_role(contract: Contract, role: bytes, account: Address) -> Order:
    return contract.order("renounceRole", role, account)


async def has_role(
    contract: Contract, connection: ChainConnection, role: bytes, account: Address, *, block: BlockPin
) -> bool:
    return boolean(await contract.read(connection, block, "hasRole", role, account))
