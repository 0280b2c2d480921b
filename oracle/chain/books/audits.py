"""Auditors, draws and cases, folded from what the `AuditLedger` said."""

from dataclasses import dataclass, field, replace
from typing import assert_never

from oracle.chain.facts import audits as facts
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.ids import Address, MemberId
from oracle.rules.cases import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """An account that audits, the key that openings are sealed with, the certificate that it calls with."""

    account: Address
    sealing_suite: int
    sealing_key: bytes
    tls_fingerprint: bytes
    certificate: bytes
    """DER."""
    name_hash: bytes
    appointed_at: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The draw of an epoch as far as it has come."""

    epoch: int
    commitments: tuple[Address, ...] = ()
    """Auditors that committed a seed."""
    revealed: tuple[tuple[Address, bytes], ...] = ()
    closing_hash: bytes | None = None
    reveal_by: int | None = None
    sample_ppm: int = 0
    value: bytes | None = None
    withheld: int = 0


@dataclass(slots=True)
class AuditBook:
    """One value an object; states that time alone brings are asked of the case."""

    auditors: dict[Address, Auditor] = field(default_factory=dict)
    draws: dict[int, Draw] = field(default_factory=dict)
    cases: dict[bytes, Case] = field(default_factory=dict)
    ever_appointed: set[Address] = field(default_factory=set)
    """Also those that are not in office any more."""

    def apply(self, fact: facts.AuditFact) -> None:
        match fact:
            case (
                facts.AuditorAppointed()
                | facts.AuditorDismissed()
                | facts.AuditorKeysRotated()
                | facts.AuditorStruckOff()
            ):
                self._change_auditor(fact)
            case facts.SeedCommitted() | facts.EpochClosed() | facts.SeedRevealed() | facts.Drawn():
                self._change_draw(fact)
            case facts.CaseOpened():
                self._open(fact)
            case (
                facts.LeafDrawn()
                | facts.Disputed()
                | facts.CaseAnswered()
                | facts.VerdictCast()
                | facts.CaseRuled()
                | facts.CaseOverturned()
                | facts.CaseSettled()
            ):
                self._change_case(fact)
            case facts.SuspensionDemanded():
                pass  # what follows from it, the registry says
            case _:
                assert_never(fact)

    def newest_cases(self) -> tuple[Case, ...]:
        """The last opened first."""
        return tuple(reversed(self.cases.values()))

    def _change_auditor(self, fact: facts.AuditorFact) -> None:
        match fact:
            case facts.AuditorAppointed():
                self.ever_appointed.add(fact.auditor)
                self.auditors[fact.auditor] = Auditor(
                    account=fact.auditor,
                    sealing_suite=fact.sealing_suite,
                    sealing_key=fact.sealing_key,
                    tls_fingerprint=fact.tls_fingerprint,
                    certificate=fact.certificate,
                    name_hash=fact.name_hash,
                    appointed_at=fact.at.block_timestamp,
                )
            case facts.AuditorKeysRotated():
                self.auditors[fact.auditor] = replace(
                    self.auditors[fact.auditor],
                    sealing_suite=fact.sealing_suite,
                    sealing_key=fact.sealing_key,
                    tls_fingerprint=fact.tls_fingerprint,
                    certificate=fact.certificate,
                )
            case facts.AuditorDismissed() | facts.AuditorStruckOff():
                self.auditors.pop(fact.auditor)

    def _change_draw(self, fact: facts.DrawFact) -> None:
        draw = self.draws.get(fact.epoch, Draw(epoch=fact.epoch))
        match fact:
            case facts.SeedCommitted():
                draw = replace(draw, commitments=(*draw.commitments, fact.auditor))
            case facts.EpochClosed():
                draw = replace(
                    draw,
                    closing_hash=fact.closing_hash,
                    reveal_by=fact.reveal_by,
                    sample_ppm=fact.sample_ppm,
                )
            case facts.SeedRevealed():
                draw = replace(draw, revealed=(*draw.revealed, (fact.auditor, fact.seed)))
            case facts.Drawn():
                draw = replace(draw, value=fact.value, withheld=fact.withheld)
        self.draws[fact.epoch] = draw

    def _open(self, fact: facts.CaseOpened) -> None:
        self.cases[fact.case_id] = Case(
            id=fact.case_id,
            kind=CaseKind(fact.kind),
            accused=fact.accused,
            opener=MemberId(fact.opener) if fact.opener else None,
            subject=fact.subject,
            opened_at=fact.at.block_timestamp,
            answer_by=fact.answer_by,
            decide_by=fact.decide_by,
            appeal_window_s=fact.appeal_window_s,
            most=fact.most,
        )

    def _change_case(self, fact: facts.CaseChange) -> None:
        known, now = self.cases[fact.case_id], fact.at.block_timestamp
        match fact:
            case facts.LeafDrawn():
                known = replace(known, leaf=AnchorLeaf(root=fact.root, index=fact.index))
            case facts.Disputed():
                known = replace(known, reply_digest=fact.reply_digest, amount=fact.amount)
            case facts.CaseAnswered():
                known = replace(known, answer=fact.digest)
            case facts.VerdictCast():
                known = replace(known, verdicts=(*known.verdicts, (fact.auditor, fact.found)))
            case facts.CaseRuled():
                known = replace(known, ruled=fact.found, ruled_at=now)
            case facts.CaseOverturned():
                known = replace(known, ruled=fact.found, ruled_at=now, overturned=True)
            case facts.CaseSettled():
                known = replace(known, outcome=CaseState(fact.outcome))
        self.cases[fact.case_id] = known
