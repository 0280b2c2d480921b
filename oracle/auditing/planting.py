"""An auditor's decoys: values that nobody uses, blinded, asked about by a member, opened when they come back.

A holder that lists one took it from nowhere that could be right: a case for cause asks it where from.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog

from oracle.asking.blinding import blind_question
from oracle.auditing.case_files import file_digest
from oracle.auditing.codec import DossierDamaged, decode_dossier, encode_dossier
from oracle.auditing.decoy_file import decode_decoy_file
from oracle.auditing.dossier import Dossier, OpenedElement
from oracle.auditing.examining import Recomputing
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.typed_data import Domain
from oracle.domain.asked import Question
from oracle.domain.audits import CaseKind
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import MemberId
from oracle.domain.reports import Party, ProofLine, ProofResult
from oracle.domain.subject import Subject
from oracle.peer.bodies.elements import pack_elements
from oracle.peer.decoys import DecoyTicket, encode_ticket, parse_ticket, ticket_digest
from oracle.peer.errors import PeerRefused
from oracle.store.planted import Planted, PlantedJournal, PlantedState

log = structlog.get_logger()
HANDED_WITHIN_S: Final = 240
"""A member takes a ticket that was signed minutes ago, no older one."""
BACK_WITHIN_S: Final = 14 * 86_400


class Lines(Protocol):
    """The way to a member, with the certificate that the auditor was appointed with."""

    async def hand_decoys(self, member: MemberId, ticket: bytes) -> None: ...


class Files(Protocol):
    """Fetches what a member shows under an identifier, part by part."""

    async def whole(self, member: MemberId, identifier: bytes) -> bytes: ...


class Signer(Protocol):
    """The auditor's account."""

    def sign(self, digest: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoyPlan:
    """What is planted, and how often."""

    values: tuple[Subject, ...] = field(repr=False)
    """All of one type, plausible, and known to be unused."""
    most: int
    """Under one ticket."""
    every_s: int


class Planting:
    """Journalled before anything leaves; each round goes on from what the journal says."""

    def __init__(
        self,
        *,
        plan: DecoyPlan,
        journal: PlantedJournal,
        lines: Lines,
        files: Files,
        recomputing: Recomputing,
        signer: Signer,
        domain: Domain,
        ledger: AuditLedger,
        lane: Lane,
        view: AllianceView,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._lines = lines
        self._files = files
        self._recomputing = recomputing
        self._signer = signer
        self._domain = domain
        self._ledger = ledger
        self._lane = lane
        self._view = view

    async def round(self, now: int) -> None:
        """`now` is the wall's, in unix seconds. One ticket that has to wait holds up no other."""
        if self._view.head is None or self._lane.account not in self._view.audits.auditors:
            return
        if self._plan.values and now >= await self._journal.newest() + self._plan.every_s:
            await self._make(now)
        for one in await self._journal.all(PlantedState.MADE, PlantedState.HANDED, PlantedState.HIT):
            try:
                await self._follow(one, now)
            except (Transient, Refused) as error:
                log.info("decoys_wait", member=int(one.member), reason=error.code)
        retention = self._view.parameter("audit_retention_s").value
        await self._journal.forget(made_before=now - 2 * retention - BACK_WITHIN_S)

    async def _make(self, now: int) -> None:
        members = [member.id for member in self._view.members_in_standing()]
        if not members:
            return
        chosen = secrets.SystemRandom().sample(self._plan.values, self._some())
        (blinded,) = blind_question(
            Question(
                subjects=tuple(chosen),
                positions=tuple(range(len(chosen))),
                refused=(),
                purpose=0,
                case_reference="",
                deadline_s=0,
            ),
            prefix_bits={chosen[0].type: self._view.parameter(f"prefix_bits_{int(chosen[0].type)}").value},
            batch_size=len(chosen),
        )
        member = secrets.choice(members)
        ticket = DecoyTicket(member=member, at=now, elements=pack_elements(blinded.elements))
        digest = ticket_digest(ticket, self._domain)
        await self._journal.add(
            Planted(
                decoy_id=digest,
                member=member,
                made_at=now,
                state=PlantedState.MADE,
                ticket=encode_ticket(ticket, self._signer.sign(digest)),
                openings=tuple((one.subject.encoded, one.blind) for one in blinded.openings),
            )
        )

    def _some(self) -> int:
        """Any number: what has always the same size would be known by it."""
        return 1 + secrets.randbelow(min(self._plan.most, len(self._plan.values)))

    async def _follow(self, one: Planted, now: int) -> None:
        match one.state:
            case PlantedState.MADE if now > one.made_at + HANDED_WITHIN_S:
                await self._journal.change(replace(one, state=PlantedState.EXPIRED))
            case PlantedState.MADE:
                await self._hand(one)
            case PlantedState.HANDED if now > one.made_at + BACK_WITHIN_S:
                await self._journal.change(replace(one, state=PlantedState.EXPIRED))
            case PlantedState.HANDED:
                await self._look(one)
            case _:
                await self._accuse(one)

    async def _hand(self, one: Planted) -> None:
        try:
            await self._lines.hand_decoys(one.member, one.ticket)
        except PeerRefused as error:
            log.info("decoys_refused", member=int(one.member), reason=error.peer_code)
            await self._journal.change(replace(one, state=PlantedState.REFUSED))
            return
        await self._journal.change(replace(one, state=PlantedState.HANDED))

    async def _look(self, one: Planted) -> None:
        dossier = _dossier(one, await self._files.whole(one.member, one.decoy_id))
        if dossier is None:
            log.warning("decoys_not_shown", member=int(one.member))
            return
        opened = tuple(OpenedElement(subject=subject, blind=blind) for subject, blind in one.openings)
        evidence = encode_dossier(replace(dossier, opened=opened))
        report = (await self._recomputing.recomputed(evidence)).report
        if report.requester != one.member or not _stands(report.checks):
            log.warning("decoys_not_shown", member=int(one.member))
            return
        holders = tuple(folder.holder for folder in report.holders if folder.hits)
        state = PlantedState.HIT if holders else PlantedState.CLEAN
        await self._journal.change(replace(one, state=state, evidence=evidence, holders=holders))
        if holders:
            await self._accuse(replace(one, state=state, evidence=evidence, holders=holders))

    async def _accuse(self, one: Planted) -> None:
        """A case for cause against each holder; the evidence is the opened dossier, for all to recompute."""
        digest = file_digest(one.evidence)
        cases = self._view.audits.cases.values()
        there = {case.accused for case in cases if (case.kind, case.subject) == (CaseKind.CAUSE, digest)}
        for holder in {MemberId(number) for number in one.holders} - there:
            order = self._ledger.open_for_cause(holder, digest)
            try:
                await self._lane.execute(f"decoys:{one.decoy_id.hex()}:{holder}", order)
            except TransactionReverted as error:
                log.info("duty_refused", task="Accuse", reason=error.error)


def _dossier(one: Planted, file: bytes) -> Dossier | None:
    """The dossier of the batch about these very decoys; None for anything else."""
    shown = decode_decoy_file(file)
    if shown is None or shown.ticket != one.ticket:
        return None
    try:
        dossier = decode_dossier(shown.dossier)
    except DossierDamaged:
        return None
    return dossier if dossier.elements == parse_ticket(one.ticket)[0].elements else None


def _stands(checks: Sequence[ProofLine]) -> bool:
    """Whether it is this member's batch on the chain; what it claims of it does not matter."""
    return not any(
        line.result is ProofResult.FAILED and line.against is Party.REQUESTER and line.holder is None
        for line in checks
    )
