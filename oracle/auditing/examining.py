"""What an auditor makes of a file that was handed in: the verdict, and the reasons behind it."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from oracle.auditing.batch_checks import ANCHOR
from oracle.auditing.codec import DossierDamaged
from oracle.auditing.losing import decode_loss
from oracle.auditing.presented_checks import Recomputed, unheard, with_presented
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.reports import DossierReport, ProofResult
from oracle.rules.cases import Case
from oracle.store.examinations import Examination


class Recomputing(Protocol):
    """Holds a file against the chain."""

    async def recomputed(self, file: bytes) -> Recomputed: ...


class Holders(Protocol):
    """Whoever answered the batch."""

    async def presented(
        self, case: Case, batch_id: BatchId, holders: Collection[MemberId], *, last: bool
    ) -> Mapping[MemberId, bytes] | None:
        """What each presents; None while one may still do so."""


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """Why a verdict was cast, in an order that all auditors arrive at."""

    case_id: str
    found: int | None
    """None where no verdict is cast."""
    because: tuple[str, ...]


async def examined(
    case: Case, batch_id: BatchId, file: bytes, recomputing: Recomputing, holders: Holders, *, last: bool
) -> Examination | None:
    """Upheld exactly when a check speaks against the requester, or nothing can be checked for its sake.

    Where nobody can count, as much is found as can be: else a file that is no good would be worth handing in.
    None while a holder may still present what the file does not show: not to the `last`.
    """
    if decode_loss(file) is not None:
        return verdict(case, file, case.most, "the requester has lost what opens the batch")
    try:
        found = await recomputing.recomputed(file)
    except DossierDamaged as error:
        return verdict(case, file, case.most, f"what was handed in is no dossier: {error}")
    report = found.report
    if report.requester != case.accused or not _is_about(report, case, batch_id):
        return verdict(case, file, case.most, "what was handed in is about another batch")
    if report.unclaimed is not None and report.unclaimed < case.most:
        # Only while more can be found: else nobody has to be asked.
        presented = await holders.presented(case, found.picture.batch_id, unheard(found), last=last)
        if presented is None:
            return None
        report = await asyncio.to_thread(with_presented, found, presented, case)
    lines = (
        f"{line.name}{'' if line.holder is None else f' of holder {line.holder}'}: {line.why}"
        for line in report.against_requester
    )
    unclaimed = case.most if report.unclaimed is None else report.unclaimed
    return verdict(case, file, min(case.most, max(1, unclaimed)), *lines)


def _is_about(report: DossierReport, case: Case, batch_id: BatchId) -> bool:
    """A batch that the chain knows by its place alone has to be proven to stand there."""
    if case.leaf is None:
        return report.batch_id == "0x" + batch_id.hex()
    anchored = {line.result for line in report.checks if line.name == ANCHOR} == {ProofResult.PASSED}
    place = (report.anchor_root, report.anchor_index)
    return anchored and place == ("0x" + case.leaf.root.hex(), case.leaf.index)


def not_handed_over(case: Case) -> Examination:
    """An answer that nobody can read is as good as none."""
    return verdict(case, b"", case.most, "what was answered was not handed over")


def verdict(case: Case, file: bytes, count: int, *because: str) -> Examination:
    """Dismissed where there is nothing against the accused, else for so many faults."""
    return examination(case, file, *because, found=count if because else 0)


def examination(case: Case, file: bytes, *because: str, found: int | None) -> Examination:
    reasons = msgspec.json.encode(Reasons(case_id="0x" + case.id.hex(), found=found, because=because))
    return Examination(
        case_id=case.id,
        opened_at=case.opened_at,
        found=found,
        reason=keccak256(reasons),
        reasons=reasons,
        file=file,
    )
