"""Transactions as the sender journals them: written before they are sent, found again after a crash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from oracle.domain.ids import Address, BlockNumber


class TransactionStatus(StrEnum):
    QUEUED = "queued"
    """Journalled without a nonce: nothing of it was ever sent."""
    SENT = "sent"
    """Signed under a nonce; may or may not have reached a node."""
    MINED = "mined"
    FAILED = "failed"
    """Refused before it was sent: no nonce was used."""
    REVERTED = "reverted"
    """Mined without effect."""

    @property
    def unfinished(self) -> bool:
        return self in {TransactionStatus.QUEUED, TransactionStatus.SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done: a call of a contract, or a deployment when `to` is None."""

    to: Address | None
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One row: what is to be sent for an intent, and how far that is."""

    intent: str
    """Unique name of the effect, e.g. `commit:<batch id>`: the same intent is never carried out twice."""
    sender: Address
    to: Address | None
    """None for a deployment."""
    data: bytes = field(repr=False)
    status: TransactionStatus = TransactionStatus.QUEUED
    nonce: int | None = None
    raw: bytes | None = field(default=None, repr=False)
    tx_hash: bytes | None = None
    block_number: BlockNumber | None = None
    block_hash: bytes | None = None
    contract: Address | None = None
    """What a deployment created."""
    gas_used: int | None = None
    error: str = ""
    """Name of the custom error that refused it."""
    gas: int | None = None
    gas_price: int | None = None
    """Wei, of the newest version."""
    earlier: tuple[bytes, ...] = ()
    """Hashes of versions under the same nonce that offered less: any one of them may be mined."""
    after_block: BlockNumber | None = None
    """The head when the nonce was given: whatever used the nonce stands in a later block."""

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """All that it may be mined as, the newest version first."""
        return self.earlier if self.tx_hash is None else (self.tx_hash, *self.earlier)


class TransactionJournal(Protocol):
    """Each method is one transaction of the store."""

    async def enqueue(self, transaction: Transaction) -> Transaction:
        """Adds a row, or returns the one that has this intent already."""

    async def save(self, transaction: Transaction) -> None:
        """Replaces the row of this intent, which was enqueued before."""

    async def by_intent(self, intent: str) -> Transaction | None: ...

    async def unfinished(self, sender: Address) -> Sequence[Transaction]:
        """Queued and sent rows of this account in the order of their queueing."""

    async def mined_after(self, sender: Address, block: BlockNumber) -> Sequence[Transaction]:
        """Mined and reverted rows of this account in later blocks, by nonce."""

    async def highest_nonce(self, sender: Address) -> int | None:
        """Highest nonce of any row of this account."""
