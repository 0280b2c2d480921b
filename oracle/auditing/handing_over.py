"""Hands what this member shows in a case to the auditors in office, and takes what they hand over.

Line and account prove who asks, a key opens what it gets.
"""

from typing import ClassVar, Protocol

from oracle.chain.view import AllianceView
from oracle.crypto.errors import SignatureRefused, WrongLength
from oracle.crypto.signing import recover
from oracle.crypto.typed_data import Domain
from oracle.domain.audits import CaseKind
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.peer.errors import SealingKeyUnknown
from oracle.peer.openings import (
    SKEW_S,
    Handed,
    OpeningRequest,
    handed_info,
    parse_opening_request,
    request_digest,
    seal_part,
)
from oracle.peer.sealed import Opener
from oracle.rules.cases import Case
from oracle.store.openings import OpeningJournal


class WallClock(Protocol):
    """The time of this machine."""

    def wall_ms(self) -> int: ...


class NoAuditorInOffice(Refused):
    """Whoever signed the request for an opening is not the auditor that calls, or not in office any more."""

    code: ClassVar[str] = "no_auditor_in_office"


class OpeningRequestStale(Refused):
    """The request for an opening was signed at another time than now."""

    code: ClassVar[str] = "opening_request_stale"


class OpeningNotThere(Transient):
    """Nothing has been handed in for this case yet, or it is over and was erased."""

    code: ClassVar[str] = "opening_not_there"


class Parties(Protocol):
    """This member's part in its cases."""

    async def take(self, case: Case, content: bytes) -> None:
        """What the other party has shown; raises `Refused` for what does not count."""


class Returning(Protocol):
    """What came of an auditor's decoys."""

    async def file(self, decoy_id: bytes, auditor: Address) -> bytes | None: ...


class Presents(Protocol):
    """What this member has of batches that it answered."""

    async def file(self, case: Case, batch_id: BatchId) -> bytes:
        """Raises `Refused` where the case is not about the batch."""
        ...


class HandingOver:
    """Only what this member's part in the case makes of what is handed over is written."""

    def __init__(
        self,
        *,
        me: MemberId,
        domain: Domain,
        journal: OpeningJournal,
        parties: Parties,
        decoys: Returning,
        presenting: Presents,
        opener: Opener,
        view: AllianceView,
        clock: WallClock,
    ) -> None:
        self._me = me
        self._domain = domain
        self._journal = journal
        self._parties = parties
        self._decoys = decoys
        self._presenting = presenting
        self._opener = opener
        self._view = view
        self._clock = clock

    async def part(self, raw: bytes, auditor: Address) -> bytes:
        """Everything about the request is checked before anything is read of the store."""
        request, signature, handed = parse_opening_request(raw)
        key = self._key_of(request, signature, handed, auditor)
        case = self._view.audits.cases.get(request.case_id)
        if request.batch_id:
            return seal_part(await self._presented(case, BatchId(request.batch_id)), request, key)
        file = await self._decoys.file(request.case_id, auditor) if case is None else None
        if file is not None:
            return seal_part(file, request, key)
        if case is None or self._me not in {case.accused, case.opener} or case.outcome is not None:
            raise OpeningNotThere("This member has handed in nothing for this case.")
        if handed is not None:
            await self._parties.take(case, self._opened(handed, case))
        kept = await self._journal.of(request.case_id)
        # A dispute is about what is shown in the end: a record speaks for itself.
        answered = case.kind is not CaseKind.DISPUTE and case.accused == self._me
        if kept is None or (answered and kept.digest != case.answer):
            raise OpeningNotThere("What this member shows in this case is not here.")
        return seal_part(kept.file, request, key)

    async def _presented(self, case: Case | None, batch_id: BatchId) -> bytes:
        if case is None or case.outcome is not None:
            raise OpeningNotThere("This member has read of no such case, or it is over.")
        return await self._presenting.file(case, batch_id)

    def _opened(self, handed: Handed, case: Case) -> bytes:
        if not self._opener.has_sealing_key(handed.key_version):
            raise SealingKeyUnknown("it was sealed to a key that this member does not have any more")
        return self._opener.open_sealed(handed.key_version, handed.sealed, handed_info(case.id))

    def _key_of(
        self, request: OpeningRequest, signature: bytes, handed: Handed | None, connected: Address
    ) -> bytes:
        try:
            account = recover(request_digest(request, self._me, self._domain, handed), signature)
        except (SignatureRefused, WrongLength) as error:
            raise NoAuditorInOffice("The request for an opening is not signed.") from error
        auditor = self._view.audits.auditors.get(account)
        if auditor is None or account != connected:
            raise NoAuditorInOffice("The request for an opening is not signed by the auditor that calls.")
        if abs(self._clock.wall_ms() // 1_000 - request.at) > SKEW_S:
            raise OpeningRequestStale("The request for an opening was signed at another time than now.")
        return auditor.sealing_key
