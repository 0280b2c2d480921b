"""An auditor hears both sides of a dispute, and hands each what the other one has shown.

The holder gets the claim from the auditor, so it cannot say that it never had it; the requester gets the
record from the auditor before the case is dismissed, so no holder serves the auditors alone.
"""

import asyncio
from typing import Protocol

import structlog

from oracle.auditing.case_files import CaseFileDamaged
from oracle.auditing.claim_checks import ClaimFound, ClaimUnfounded, check_claim
from oracle.auditing.claim_file import ClaimFile, decode_claim_file, encode_claim_file
from oracle.auditing.disclosure_checks import check_served
from oracle.auditing.examining import examination
from oracle.auditing.fetching import Fetching
from oracle.auditing.picture import Picture
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import MemberId
from oracle.rules.cases import Case
from oracle.rules.disputes import Served, Shown, faults
from oracle.store.examinations import Examination

log = structlog.get_logger()
NOT_SHOWN = "the requester shows no claim"
SERVED = "the holder discloses the committed record, which was handed on to the requester"
NOT_TAKEN = "the holder discloses the committed record; the requester did not take it"


class Chain(Protocol):
    """What was read of it, for one batch."""

    async def picture(self, statement: bytes) -> Picture: ...


class Hearing:
    """Nothing is kept between attempts: whatever was handed over may be handed over again."""

    def __init__(self, *, fetching: Fetching, chain: Chain) -> None:
        self._fetching = fetching
        self._chain = chain

    async def found(self, case: Case, *, last: bool) -> Examination | None:
        """None while a party that shows nothing may still do so: not to the `last`."""
        shown = await self._fetched(case, case.opener, last=last)
        if shown is None:
            return None
        try:
            claim = decode_claim_file(shown)
            picture = await self._chain.picture(claim.request)
            # Curves take a while: not in the event loop. The picture's views are its own.
            found = await asyncio.to_thread(check_claim, claim, case, picture)
        except (CaseFileDamaged, ClaimUnfounded) as error:
            why = f"the requester does not bear out its claim: {error}" if shown else NOT_SHOWN
            return examination(case, b"", why, found=faults(Shown.UNFOUNDED, Served.NOT))
        return await self._of_holder(case, claim, found, picture, last=last)

    async def _of_holder(
        self, case: Case, claim: ClaimFile, found: ClaimFound, picture: Picture, *, last: bool
    ) -> Examination | None:
        handing = encode_claim_file(claim.without_reply())
        file = await self._fetched(case, case.accused, handing=handing, last=last)
        if file is None:
            return None
        served, why = check_served(file, found, case, picture.witness)
        if served is Served.RIGHT:
            taken = await self._fetched(case, case.opener, handing=file, last=last)
            if taken is None:
                return None
            why = SERVED if taken else NOT_TAKEN
        return examination(case, file, why, found=faults(Shown.PROVEN, served))

    async def _fetched(
        self, case: Case, member: MemberId | None, *, handing: bytes = b"", last: bool
    ) -> bytes | None:
        """Empty where nothing could be had to the last."""
        try:
            return b"" if member is None else await self._fetching.shown(case, member, handing=handing)
        except (Transient, Refused) as error:
            log.warning("hearing_waits", case_id=case.id.hex(), member=member, reason=error.code)
            return b"" if last else None
