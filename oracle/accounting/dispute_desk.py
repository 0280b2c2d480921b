"""Disputes as the institution's interface shows and opens them."""

from typing import Protocol

from oracle.accounting.disputing import Disputing, NothingToDispute, windows_of
from oracle.accounting.ports import Names
from oracle.chain.view import AllianceView
from oracle.domain.asked import AskedBatch
from oracle.domain.disputes import Dispute
from oracle.domain.ids import MemberId
from oracle.domain.reports import (
    CaseLine,
    CaseReason,
    DisputeReport,
    OwnDispute,
    UnknownReference,
)
from oracle.store.asked import AskedJournal
from oracle.store.disputes import DisputeJournal

MOST = 1_000


class Cases(Protocol):
    """What the chain has, as the interface shows it."""

    async def cases(self) -> tuple[CaseLine, ...]: ...


class DisputesDesk:
    """Joins the journal of disputes with their cases on the chain."""

    def __init__(
        self,
        *,
        journal: DisputeJournal,
        asked: AskedJournal,
        disputing: Disputing,
        cases: Cases,
        view: AllianceView,
        names: Names,
    ) -> None:
        self._journal = journal
        self._asked = asked
        self._disputing = disputing
        self._cases = cases
        self._view = view
        self._names = names

    async def disputes(self) -> DisputeReport:
        """Own ones, and all on the chain; the newest first."""
        own = [await self._own(one) for one in await self._journal.listed(limit=MOST)]
        cases = tuple(one for one in await self._cases.cases() if one.reason is CaseReason.DISPUTE)
        return DisputeReport(own=tuple(one for one in own if one is not None), cases=cases)

    async def open_dispute(self, *, query_id: str, index: int, holder: int) -> OwnDispute:
        """Decide to dispute what this holder disclosed about the subject at this position of the list."""
        batches = await self._asked.batches_of(query_id)
        if not batches:
            raise UnknownReference("No query has this identifier; `GET /v1/queries` lists them.")
        for batch in batches:
            for element, opening in enumerate(batch.content.openings):
                if index in opening.positions:
                    opened = await self._disputing.open(batch.batch_id, MemberId(holder), element)
                    return self._line(opened, batch)
        raise NothingToDispute(f"The query asked about no subject at position {index}.")

    async def _own(self, one: Dispute) -> OwnDispute | None:
        batch = await self._asked.batch(one.batch_id)
        return None if batch is None else self._line(one, batch)

    def _line(self, one: Dispute, batch: AskedBatch) -> OwnDispute:
        case_id = self._disputing.case_of(one)
        return OwnDispute(
            query_id=batch.query_id,
            batch_id=_hex(one.batch_id),
            index=batch.content.openings[one.index].positions[0],
            holder=one.holder,
            holder_name=self._names.name_of(one.holder),
            ground=one.ground,
            state=one.state,
            amount=one.amount,
            noted_at=one.noted_at,
            open_until=windows_of(self._view).ends(batch.deadline),
            failure=one.failure,
            case_id=_hex(case_id) if case_id in self._view.audits.cases else "",
        )


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
