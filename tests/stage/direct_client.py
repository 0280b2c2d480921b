"""A wire that is a call: one member's client hands its messages to the other member's doors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from oracle.domain.ids import BatchId, MemberId
from oracle.peer.errors import PeerRefused, PeerUnreachable, UnknownBatch
from oracle.peer.headers import VERSION
from oracle.wiring.doors import Doors


class Listening(Protocol):
    """A member that can be called."""

    @property
    def doors(self) -> Doors: ...


@dataclass(slots=True)
class DirectClient:
    """`PeerClient` without a network: calls the other member's doors, unless it is away."""

    me: MemberId
    houses: Mapping[MemberId, Listening]
    away: set[MemberId] = field(default_factory=set)
    sent: list[tuple[str, MemberId, bytes]] = field(default_factory=list)

    def _doors(self, member: MemberId) -> Doors:
        if member in self.away or member not in self.houses:
            raise PeerUnreachable(f"member {member} is not reached")
        return self.houses[member].doors

    async def wire_version(self, _member: MemberId) -> int:
        return VERSION

    async def fetch_envelope(self, member: MemberId, batch_id: BatchId) -> bytes:
        return await self._doors(member).envelope(batch_id, self.me)

    async def deliver_reply(self, member: MemberId, message: bytes) -> None:
        self.sent.append(("reply", member, message))
        await self._doors(member).reply(message, self.me)

    async def send_receipt(self, member: MemberId, message: bytes) -> bytes:
        self.sent.append(("receipt", member, message))
        try:
            return await self._doors(member).receipt(message, self.me)
        except UnknownBatch as error:
            # As it arrives over the wire.
            raise PeerRefused(str(error), peer_code=error.code, status=404) from error

    async def voucher_state(self, member: MemberId, message: bytes) -> bytes:
        self.sent.append(("voucher state", member, message))
        return await self._doors(member).voucher_state(message, self.me)

    async def ask_express(self, member: MemberId, message: bytes) -> bytes:
        self.sent.append(("express", member, message))
        return await self._doors(member).express(message, self.me)

    async def prove_anchor(self, member: MemberId, message: bytes) -> None:
        self.sent.append(("anchor proofs", member, message))
        await self._doors(member).anchor_proofs(message, self.me)

    async def recall(self, member: MemberId, message: bytes) -> None:
        self.sent.append(("recall", member, message))
        await self._doors(member).recall(message, self.me)

    async def fetch_anchor_proof(self, member: MemberId, batch_id: BatchId) -> bytes:
        self.sent.append(("which anchor", member, batch_id))
        try:
            return await self._doors(member).anchor_proof(batch_id, self.me)
        except UnknownBatch as error:
            raise PeerRefused(str(error), peer_code=error.code, status=404) from error
