"""Fetches what a member handed in, part by part; it is whole when its digest is the one on the chain."""

from typing import ClassVar, Protocol

from oracle.auditing.codec import dossier_digest
from oracle.crypto.keccak import keccak256
from oracle.crypto.typed_data import Domain
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.peer.openings import Opener, OpeningRequest, encode_opening_request, open_part, request_digest
from oracle.rules.cases import Case

MOST_PARTS = 512


class OpeningNotTheAnswered(Refused):
    """What a member hands over is not what it put the digest of on the chain."""

    code: ClassVar[str] = "opening_not_the_answered"


class Lines(Protocol):
    """The way to a member, with the certificate that the auditor was appointed with."""

    async def fetch_opening(self, member: MemberId, request: bytes) -> bytes: ...


class Signer(Protocol):
    """The auditor's account."""

    def sign(self, digest: bytes) -> bytes: ...


class WallClock(Protocol):
    """The time of this machine."""

    def wall_ms(self) -> int: ...


class Fetching:
    """Raises `Transient` when the member is not reached now, `Refused` when it hands over another file."""

    def __init__(
        self, *, lines: Lines, signer: Signer, key: Opener, domain: Domain, clock: WallClock
    ) -> None:
        self._lines = lines
        self._signer = signer
        self._key = key
        self._domain = domain
        self._clock = clock

    async def file(self, case: Case) -> bytes:
        """What was handed in for this case."""
        file, parts, part = b"", 1, 0
        while part < parts:
            stated, piece = await self._part(case, part)
            parts = stated if part == 0 else parts
            if stated != parts or not 1 <= parts <= MOST_PARTS:
                raise OpeningNotTheAnswered("The member says differently how many parts there are.")
            file, part = file + piece, part + 1
        if dossier_digest(file) != case.answer or keccak256(file[:-32]) != case.answer:
            raise OpeningNotTheAnswered("The member hands over another file than it answered with.")
        return file

    async def _part(self, case: Case, part: int) -> tuple[int, bytes]:
        request = OpeningRequest(case_id=case.id, part=part, at=self._clock.wall_ms() // 1_000)
        signature = self._signer.sign(request_digest(request, case.accused, self._domain))
        sealed = await self._lines.fetch_opening(case.accused, encode_opening_request(request, signature))
        return open_part(sealed, request, self._key)
