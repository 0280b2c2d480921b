"""Hands openings to the auditors in office: line and account prove who asks, a key opens what it gets."""

from typing import ClassVar, Protocol

from oracle.chain.view import AllianceView
from oracle.crypto.errors import SignatureRefused, WrongLength
from oracle.crypto.signing import recover
from oracle.crypto.typed_data import Domain
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import Address, MemberId
from oracle.peer.openings import SKEW_S, OpeningRequest, parse_opening_request, request_digest, seal_part
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


class HandingOver:
    """Reads; writes nothing."""

    def __init__(
        self,
        *,
        me: MemberId,
        domain: Domain,
        journal: OpeningJournal,
        view: AllianceView,
        clock: WallClock,
    ) -> None:
        self._me = me
        self._domain = domain
        self._journal = journal
        self._view = view
        self._clock = clock

    async def part(self, raw: bytes, auditor: Address) -> bytes:
        """Everything about the request is checked before anything is read of the store."""
        request, signature = parse_opening_request(raw)
        key = self._key_of(request, signature, auditor)
        case = self._view.audits.cases.get(request.case_id)
        if case is None or case.accused != self._me or case.answer is None:
            raise OpeningNotThere("This member has handed in nothing for this case.")
        kept = await self._journal.of(request.case_id)
        if kept is None or kept.digest != case.answer:
            raise OpeningNotThere("What this member handed in for this case is not here.")
        return seal_part(kept.file, request, key)

    def _key_of(self, request: OpeningRequest, signature: bytes, connected: Address) -> bytes:
        try:
            account = recover(request_digest(request, self._me, self._domain), signature)
        except (SignatureRefused, WrongLength) as error:
            raise NoAuditorInOffice("The request for an opening is not signed.") from error
        auditor = self._view.audits.auditors.get(account)
        if auditor is None or account != connected:
            raise NoAuditorInOffice("The request for an opening is not signed by the auditor that calls.")
        if abs(self._clock.wall_ms() // 1_000 - request.at) > SKEW_S:
            raise OpeningRequestStale("The request for an opening was signed at another time than now.")
        return auditor.sealing_key
