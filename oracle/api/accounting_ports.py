"""What the interface needs from accounts, ratings and disputes, a part of `ports`."""

from collections.abc import Sequence
from typing import Protocol

from oracle.domain.record import Category
from oracle.domain.reports import (
    CreditsSummary,
    DisputeReport,
    OutcomeLine,
    OutcomeReport,
    OwnDispute,
    RatingReport,
    RecallReport,
    RedemptionReport,
    StatementReport,
    Verdict,
)


class CreditsService(Protocol):
    """Keeps the account."""

    async def credits(self) -> CreditsSummary: ...

    async def statement(self, *, epoch: int | None) -> StatementReport:
        """What moved by epoch and member, up to the newest block, held against the ledger there."""
        ...

    async def redeem(self, requesters: Sequence[int]) -> RedemptionReport:
        """Redeem the newest vouchers of these members; of all when empty."""
        ...


class RatingService(Protocol):
    """Says afterwards whether a disclosed item was right."""

    async def rate(
        self, *, query_id: str, index: int, holder: int, category: Category, verdict: Verdict
    ) -> RatingReport:
        """Rate one disclosed item once; `index` is the subject's position in the submitted list."""
        ...

    async def rate_outcomes(self, lines: Sequence[OutcomeLine]) -> OutcomeReport:
        """Rate all that was disclosed by what the institution's own cases came to; harmless again."""
        ...


class DisputeService(Protocol):
    """Accuses holders of wrong or missing disclosures."""

    async def disputes(self) -> DisputeReport:
        """Own ones, noted ones too, and every one on the chain; the newest first."""
        ...

    async def open_dispute(self, *, query_id: str, index: int, holder: int) -> OwnDispute:
        """Decide to dispute one disclosure; it goes to the chain with the next round."""
        ...


class RecallService(Protocol):
    """Knows which disclosed records do not stand any more."""

    async def recalls(self) -> RecallReport:
        """What was recalled to this institution and by it, the newest first."""
        ...
