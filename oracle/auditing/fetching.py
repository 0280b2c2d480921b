"""Fetches what a member handed in, part by part; it is whole when its digest is the one on the chain."""

from typing import ClassVar, Protocol

from oracle.auditing.case_files import DIGEST_SIZE, file_digest
from oracle.crypto.keccak import keccak256
from oracle.crypto.typed_data import Domain
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, KeyVersion, MemberId
from oracle.peer.errors import PeerUnknown
from oracle.peer.openings import (
    Handed,
    Opener,
    OpeningRequest,
    encode_opening_request,
    open_part,
    request_digest,
    seal_handed,
)
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


class SealingKeysOfMembers(Protocol):
    """What the registry has; None for what it does not."""

    def newest_sealing_version(self, member: MemberId) -> KeyVersion | None: ...

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None: ...


class WallClock(Protocol):
    """The time of this machine."""

    def wall_ms(self) -> int: ...


class Fetching:
    """Raises `Transient` when the member is not reached now, `Refused` when it hands over another file."""

    def __init__(
        self,
        *,
        lines: Lines,
        signer: Signer,
        key: Opener,
        keys: SealingKeysOfMembers,
        domain: Domain,
        clock: WallClock,
    ) -> None:
        self._lines = lines
        self._signer = signer
        self._key = key
        self._keys = keys
        self._domain = domain
        self._clock = clock

    async def file(self, case: Case) -> bytes:
        """What the accused answered with."""
        file = await self.shown(case, case.accused)
        if file_digest(file) != case.answer or keccak256(file[:-DIGEST_SIZE]) != case.answer:
            raise OpeningNotTheAnswered("The member hands over another file than it answered with.")
        return file

    async def shown(self, case: Case, member: MemberId, *, handing: bytes = b"") -> bytes:
        """What a party shows of this case now, once it is handed what the other one has shown."""
        return await self._whole(member, case.id, self._sealed(case, member, handing) if handing else None)

    async def whole(self, member: MemberId, identifier: bytes) -> bytes:
        """What a member shows under an identifier."""
        return await self._whole(member, identifier, None)

    async def receipt(self, case: Case, holder: MemberId, batch_id: BatchId) -> bytes:
        """What a holder that is no party presents of this batch; it has room in one part."""
        request = self._request(case.id, part=0, batch_id=batch_id)
        parts, file = await self._asked(request, holder, None)
        if parts != 1:
            raise OpeningNotTheAnswered("The holder presents more than a receipt.")
        return file

    async def _whole(self, member: MemberId, identifier: bytes, handed: Handed | None) -> bytes:
        file, parts, part = b"", 1, 0
        while part < parts:
            stated, piece = await self._part(identifier, member, part, handed if part == 0 else None)
            parts = stated if part == 0 else parts
            if stated != parts or not 1 <= parts <= MOST_PARTS:
                raise OpeningNotTheAnswered("The member says differently how many parts there are.")
            file, part = file + piece, part + 1
        return file

    def _sealed(self, case: Case, member: MemberId, file: bytes) -> Handed:
        version = self._keys.newest_sealing_version(member)
        key = None if version is None else self._keys.sealing_key(member, version)
        if version is None or key is None:
            raise PeerUnknown(f"the registry has no key to seal to member {member}")
        return seal_handed(file, case.id, key=key, key_version=version)

    async def _part(
        self, identifier: bytes, member: MemberId, part: int, handed: Handed | None
    ) -> tuple[int, bytes]:
        return await self._asked(self._request(identifier, part), member, handed)

    def _request(self, identifier: bytes, part: int, batch_id: bytes = b"") -> OpeningRequest:
        at = self._clock.wall_ms() // 1_000
        return OpeningRequest(case_id=identifier, part=part, at=at, batch_id=batch_id)

    async def _asked(
        self, request: OpeningRequest, member: MemberId, handed: Handed | None
    ) -> tuple[int, bytes]:
        signature = self._signer.sign(request_digest(request, member, self._domain, handed))
        message = encode_opening_request(request, signature, handed)
        return open_part(await self._lines.fetch_opening(member, message), request, self._key)
