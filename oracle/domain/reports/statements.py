"""Statements of account: what moved in an epoch, with whom, and whether the chain says the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What moved between the institution and one other member in an epoch, in credits."""

    member_id: int
    """The other member."""
    name: str
    """As this institution knows it; empty when it has no name for it."""
    paid_queries: int
    """Elements that redeemed vouchers of this institution newly paid for."""
    paid_hits: int
    paid: int
    received_queries: int
    """Elements that vouchers redeemed by this institution were newly for."""
    received_hits: int
    received: int
    escrowed: int
    """Left the balance to wait for disputes."""
    refunded: int
    """Came back from escrow."""
    awarded: int
    """Came from what the other member had in escrow."""
    lost: int
    """Went from escrow to the other member."""
    rebated: int
    """Earned back by rating hits of the other member's."""
    returned: int
    """Earned back by the other member, which rated hits of this institution's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochStatement:
    """One epoch; `opening` and all that moved come to `closing`."""

    epoch: int
    starts_at: int
    """Unix seconds."""
    ends_at: int
    """Unix seconds."""
    opening: int
    granted: int
    allowance: int
    expired: int
    paid: int
    received: int
    escrowed: int
    refunded: int
    awarded: int
    rebated: int
    returned: int
    penalties: int
    closing: int
    members: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciledValue:
    """One value as the statements come to it, and as the chain's ledger has it at the same block."""

    name: str
    """`balance`, `escrow`, or `paid` and `received` with what is counted."""
    stated: int
    ledger: int
    member_id: int | None = None
    """The other member; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReport:
    """Statements from the first epoch to the current one, or one of them, and their reconciliation."""

    member_id: int
    block: int
    """Number of the block up to which they go and at which the ledger was read."""
    block_hash: str
    """As `0x` hex."""
    reconciled: bool
    """Every value below is the same on both sides."""
    epochs: tuple[EpochStatement, ...]
    values: tuple[ReconciledValue, ...]
