"""Keeps other members to their anchors: takes proofs, reports what has none, closes reports, proves reuse."""

from typing import ClassVar

import structlog

from oracle.accounting.ports import Counterparties, PatientClock
from oracle.chain.books.anchors import Report
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.contracts.query_ledger import QueryLedger, SignedRequest
from oracle.chain.errors import TransactionReverted
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.crypto.anchor_tree import AnchoredBatch, AnchorNode, proves
from oracle.domain.anchors import AnchorProofs, Evidence, ProvenPlace
from oracle.domain.audits import AnchorLeaf
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import MemberId
from oracle.peer.bodies.anchor_proofs import decode_anchor_proofs
from oracle.peer.errors import EndpointRefused, PeerRefused, PeerUnknown, UnknownBatch
from oracle.peer.statements import parse_request
from oracle.rules.anchoring import report_is_closable, report_is_due, unreached_is_reported
from oracle.store.evidence import EvidenceJournal

log = structlog.get_logger()
AT_ONCE = 100
WAIT_FOR_ANCHOR_S = 1.0


class AnchorProofWrong(Refused):
    """The places that were sent do not lead to an anchor as it stands on the chain."""

    code: ClassVar[str] = "anchor_proof_wrong"


class AnchorNotSeen(Transient):
    """The anchor is not among the blocks that this member has read."""

    code: ClassVar[str] = "anchor_not_seen"


class Reporting:
    """A needless report costs its sender: before one is made the requester is asked for its proof."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: EvidenceJournal,
        ledger: QueryLedger,
        audits: AuditLedger,
        lane: Lane,
        counterparties: Counterparties,
        view: AllianceView,
        clock: PatientClock,
    ) -> None:
        self._me = me
        self._journal = journal
        self._ledger = ledger
        self._audits = audits
        self._lane = lane
        self._counterparties = counterparties
        self._view = view
        self._clock = clock

    async def take(self, frame: bytes, requester: MemberId) -> None:
        """Note what a requester proves of its batches that this member answered."""
        proofs = decode_anchor_proofs(frame)

        def seen() -> bool:
            return self._view.anchors.anchor(requester, proofs.root) is not None

        if not seen() and not await self._clock.catch_up(seen, patience_s=WAIT_FOR_ANCHOR_S):
            raise AnchorNotSeen("This member has not read that anchor yet; send its proofs again shortly.")
        for place in proofs.places:
            known = await self._journal.get(requester, place.batch_id)
            if known is not None:
                self._require_proven(requester, known, proofs, place)
                leaf = AnchorLeaf(root=proofs.root, index=place.index)
                await self._journal.prove(requester, place.batch_id, leaf)

    def _require_proven(
        self, requester: MemberId, known: Evidence, proofs: AnchorProofs, place: ProvenPlace
    ) -> None:
        """Under the anchor as the chain has it, with the count that was signed to us."""
        anchor = self._view.anchors.anchor(requester, proofs.root)
        if anchor is None or not proves(
            AnchorNode(hash=anchor.root, elements=anchor.elements),
            batches=anchor.batches,
            batch=AnchoredBatch(batch_id=known.batch_id, count=known.elements),
            index=place.index,
            siblings=[AnchorNode(hash=hashed, elements=elements) for hashed, elements in place.siblings],
        ):
            raise AnchorProofWrong("The places sent do not lead to the anchor on the chain.")

    async def round(self) -> None:
        """Everything that has come due."""
        now, parameter = self._clock.chain_time(), self._view.parameter
        window_s, retention_s = parameter("anchor_window_s").value, parameter("report_retention_s").value
        overdue = await self._journal.unproven(after=now - retention_s, before=now - window_s, limit=AT_ONCE)
        away = set[MemberId]()
        for entry in overdue:
            if report_is_due(issued_at=entry.issued_at, window_s=window_s, retention_s=retention_s, now=now):
                patient = not unreached_is_reported(entry.issued_at, window_s, now)
                await self._follow(entry, patient=patient, away=away)
        for report in self._view.anchors.open_reports:
            if self._is_mine_to_close(report, now):
                reported = report.reported
                order = self._ledger.close_report(reported.requester, reported.batch_id)
                await self._carry_out(f"close-report:{reported.batch_id.hex()}", order)
        provable_s = min(retention_s, parameter("audit_retention_s").value)
        for first, second in await self._journal.reuses(after=now - provable_s):
            if (first.requester, first.nonce) not in self._view.anchors.reused_nonces:
                order = self._audits.prove_nonce_reuse(_signed(first), _signed(second))
                await self._carry_out(f"nonce-reuse:{second.batch_id.hex()}", order)

    def _is_mine_to_close(self, report: Report, now: int) -> bool:
        """A reporter that closes nothing, an accomplice say, holds up nothing: then the next member does."""
        reported = report.reported
        turns_before = (self._me - reported.reporter) % len(self._view.members.all)
        return self._me != reported.requester and report_is_closable(
            appeal_by=reported.appeal_by, turns_before=turns_before, now=now
        )

    async def _follow(self, entry: Evidence, *, patient: bool, away: set[MemberId]) -> None:
        """Ask for the proof that did not come; without one the request is reported, by one member.

        Who is `away` is not called again in this round: its many batches would hold up those of others.
        """
        if self._view.anchors.report(entry.requester, entry.batch_id) is not None:
            return
        if entry.requester not in away and not await self._ask(entry):
            away.add(entry.requester)
        if patient and entry.requester in away:
            return
        if await self._journal.is_proven(entry.requester, entry.batch_id):
            return
        log.warning("unanchored_reported", requester=int(entry.requester), batch=entry.batch_id.hex())
        await self._carry_out(f"report:{entry.batch_id.hex()}", self._ledger.report(_signed(entry)))

    async def _ask(self, entry: Evidence) -> bool:
        """Whether the requester said anything about its proof: sent one, or said that it has none."""
        try:
            frame = await self._counterparties.fetch_anchor_proof(entry.requester, entry.batch_id)
            await self.take(frame, entry.requester)
        except (Transient, EndpointRefused, PeerUnknown) as error:
            log.info("anchor_proof_not_reached", requester=int(entry.requester), reason=error.code)
            return False
        except PeerRefused as error:
            return error.peer_code == UnknownBatch.code
        except Refused as error:
            log.warning("anchor_proof_unusable", requester=int(entry.requester), reason=error.code)
        return True

    async def _carry_out(self, intent: str, order: Order) -> None:
        try:
            row = await self._lane.execute(intent, order)
        except TransactionReverted as error:
            # Another member was quicker, or it is too late: the view shows what holds.
            log.info("report_step_refused", intent=intent, reason=error.error)
            return
        await self._clock.reached(row.block_number or 0)


def _signed(entry: Evidence) -> SignedRequest:
    signed = parse_request(entry.statement)
    return SignedRequest(request=signed.value, key_version=entry.key_version, signature=signed.signature)
