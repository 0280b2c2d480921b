"""What an auditor makes of a file that was handed in: the verdict, and the reasons behind it."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from oracle.auditing.batch_checks import ANCHOR
from oracle.auditing.causes import Audited
from oracle.auditing.codec import DossierDamaged
from oracle.auditing.losing import decode_loss
from oracle.auditing.presented_checks import Recomputed, unheard, with_presented
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import AnchorLeaf, CaseKind
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
    case: Case, about: Audited, file: bytes, recomputing: Recomputing, holders: Holders, *, last: bool
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
    if report.requester != case.accused or not _is_about(report, about):
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


def _is_about(report: DossierReport, about: Audited) -> bool:
    """A batch that the chain knows by its place alone has to be proven to stand there."""
    if not isinstance(about, AnchorLeaf):
        return report.batch_id == "0x" + about.hex()
    anchored = {line.result for line in report.checks if line.name == ANCHOR} == {ProofResult.PASSED}
    place = (report.anchor_root, report.anchor_index)
    return anchored and place == ("0x" + about.root.hex(), about.index)


def beyond_reach(case: Case) -> Examination:
    """Nobody had to keep it: else any member could be punished for what it rightly has forgotten."""
    return examination(case, b"", "it was older than audits reach when the case was opened", found=0)


def for_people(case: Case, file: bytes) -> Examination:
    """No verdict yet: what the accused has answered with, for somebody to read."""
    if case.kind is CaseKind.CAUSE:
        what = f"the evidence 0x{case.subject.hex()} names nothing on the chain"
    else:
        what = "the contract has proven it, and the accused rebuts"
    return examination(case, file, f"people decide by {_utc(case.decide_by)}: {what}", found=None)


def _utc(unix_s: int) -> str:
    return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M} UTC"


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
