"""What a dossier's report comes to, in the words that its page and the terminal share."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from oracle.cli.audits import next_step, standing
from oracle.cli.printing import count, counted, moment
from oracle.domain.reports import CaseLine, CaseReason, DossierReport, Party, ProofResult


class Tone(StrEnum):
    """How a report is to look."""

    PASSED = "passed"
    MIXED = "mixed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the checks of a batch come to, a sentence each."""

    tone: Tone
    holds: str
    unclaimed: str
    checks: str


def verdict(report: DossierReport) -> Verdict:
    tone, holds = _holds(report)
    passed, failed = (
        sum(line.result is result for line in report.checks)
        for result in (ProofResult.PASSED, ProofResult.FAILED)
    )
    whole = len(report.checks)
    return Verdict(
        tone=tone,
        holds=holds,
        unclaimed=_unclaimed(report.unclaimed),
        checks=f"{count(passed)} of {counted(whole, 'check')} passed, {count(failed)} failed, "
        f"{count(whole - passed - failed)} had nothing to check.",
    )


def _holds(report: DossierReport) -> tuple[Tone, str]:
    if report.against_requester:
        return Tone.FAILED, "Does not hold: a check speaks against the requester."
    if any(line.against is Party.HOLDER for line in report.failed):
        return Tone.MIXED, "The requester's part holds; a holder's does not."
    if report.failed:
        return Tone.MIXED, "A check failed that speaks against nobody."
    return Tone.PASSED, "Everything that can be checked holds."


def _unclaimed(number: int | None) -> str:
    """Where a reply is not shown, each of its elements counts: it may have been a hit."""
    match number:
        case None:
            return "Nobody can count what went unclaimed: not every element is opened."
        case 0:
            return "No hit went unclaimed."
        case 1:
            return "1 hit counts as read and not claimed."
        case _:
            return f"{count(number)} hits count as read and not claimed."


def case_facts(one: CaseLine) -> Iterator[tuple[str, str]]:
    """Names and values, in the order in which a case goes on."""
    yield "Reason", one.reason.value.replace("_", " ")
    yield "Opened (UTC)", moment(one.opened_at)
    yield "Standing", standing(one)
    if one.found:
        yield "Found", counted(one.found, "fault")
    if one.reason is not CaseReason.REPORT:
        yield "Verdicts", f"{count(one.upheld_votes)} to uphold, {count(one.dismissed_votes)} to dismiss"
    step = next_step(one)
    if step is not None:
        yield "Next (UTC)", " ".join(step)
