"""What the institution's interface asks about a batch of its own, and how it answers a case by hand."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from oracle.auditing.causes import audited, batch_evidence, place_evidence
from oracle.auditing.codec import dossier_digest, encode_dossier
from oracle.auditing.drawn import DrawnBatches
from oracle.auditing.gathering import Gathering
from oracle.chain.view import AllianceView
from oracle.crypto.draws import leaf_id
from oracle.domain.audits import AnchorLeaf
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import CaseLine, DossierFile, DossierReport, UnknownReference
from oracle.store.asked import AskedJournal

_LEAST_DIGITS = 6
_DIGITS = 64
_DIGITS_OF_QUERY = 32


class Recomputing(Protocol):
    """Holds a file against the chain."""

    async def report(self, file: bytes) -> DossierReport: ...


class Cases(Protocol):
    """What the chain says of accusations."""

    async def cases(self) -> tuple[CaseLine, ...]: ...


class Answering(Protocol):
    """This member's part in its cases."""

    async def answer_by_hand(self, case_id: bytes, *, name: str, content: bytes) -> None: ...

    async def open_for_cause(self, accused: MemberId, batch_id: BatchId) -> bytes: ...


class DossierDesk:
    """A batch or the audit of one is named by its identifier, or by the first digits of it.

    The identifier of a query stands for its batch, if that is one.
    """

    def __init__(
        self,
        *,
        gathering: Gathering,
        drawn: DrawnBatches,
        recomputing: Recomputing,
        cases: Cases,
        answering: Answering,
        asked: AskedJournal,
        view: AllianceView,
    ) -> None:
        self._gathering = gathering
        self._drawn = drawn
        self._recomputing = recomputing
        self._cases = cases
        self._answering = answering
        self._asked = asked
        self._view = view

    async def dossier_file(self, reference: str) -> DossierFile:
        """Raises `UnknownReference`, or `BatchNotKept` of an audit whose batch is not here."""
        batch_id = await self._batch(reference)
        content = encode_dossier(await self._gathering.dossier(batch_id))
        return DossierFile(
            batch_id="0x" + batch_id.hex(), digest="0x" + dossier_digest(content).hex(), content=content
        )

    async def dossier(self, reference: str) -> DossierReport:
        """As `dossier_file`, recomputed."""
        file = await self.dossier_file(reference)
        report = await self._recomputing.report(file.content)
        requester, batch_id = MemberId(report.requester), BatchId(bytes.fromhex(file.batch_id[2:]))
        names = {file.batch_id, "0x" + batch_evidence(requester, batch_id).hex()}
        if report.anchor_root is not None and report.anchor_index is not None:
            leaf = AnchorLeaf(root=bytes.fromhex(report.anchor_root[2:]), index=report.anchor_index)
            names |= {"0x" + leaf_id(leaf).hex(), "0x" + place_evidence(requester, leaf).hex()}
        about = tuple(case for case in await self._cases.cases() if case.subject in names)
        return replace(report, cases=about)

    async def answer_case(self, *, case_id: bytes, name: str, content: bytes) -> CaseLine:
        """Raises `CaseNotOpen`, or `UnknownReference` where this member is not accused."""
        await self._answering.answer_by_hand(case_id, name=name, content=content)
        return await self._line(case_id)

    async def open_audit(self, *, accused: int, batch_id: bytes) -> CaseLine:
        """Raises `UnknownReference` where the chain has no such batch of that member."""
        return await self._line(await self._answering.open_for_cause(MemberId(accused), BatchId(batch_id)))

    async def _line(self, case_id: bytes) -> CaseLine:
        return next(one for one in await self._cases.cases() if one.case_id == "0x" + case_id.hex())

    async def _batch(self, reference: str) -> BatchId:
        digits = reference.removeprefix("0x").lower()
        if re.fullmatch(f"[0-9a-f]{{{_LEAST_DIGITS},{_DIGITS}}}", digits) is None:
            raise UnknownReference(
                f"'{reference}' names no batch: give the whole identifier of its query, as `riskmesh "
                f"queries` prints it, or {_LEAST_DIGITS} or more digits of the batch or of its audit."
            )
        if len(digits) == _DIGITS_OF_QUERY and (asked := await self._asked.batches_of(digits)):
            return _only(digits, [batch.batch_id for batch in asked])
        first, last = (bytes.fromhex(digits.ljust(_DIGITS, end)) for end in "0f")
        found = set(await self._asked.batches_between(BatchId(first), BatchId(last), limit=2))
        for case in self._view.audits.cases.values():
            about = audited(case, self._view) if first <= case.id <= last else None
            if isinstance(about, AnchorLeaf):
                about = await self._drawn.of(about) or BatchId(leaf_id(about))
            if about is not None:
                found.add(about)
        if not found:
            raise UnknownReference(f"No query is {digits}, and no batch or audit of one begins so.")
        if len(found) > 1:
            raise UnknownReference(f"Several batches or audits begin with {digits}; give more digits.")
        return found.pop()


def _only(query: str, batches: Sequence[BatchId]) -> BatchId:
    if len(batches) > 1:
        named = ", ".join("0x" + batch.hex()[:10] for batch in batches)
        raise UnknownReference(f"Query {query} has {len(batches)} batches. Name one of them: {named}.")
    return batches[0]
