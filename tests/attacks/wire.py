"""Both ends of the wire as a test wants them: what leaves is copied, what comes may meet other doors."""

from typing import Any

from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.messages import Header
from oracle.peer.client import PeerClient


class TappedClient(PeerClient):
    """Keeps a copy of every message that leaves, and of every answer that comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replies: list[bytes] = []
        self.receipts: list[bytes] = []
        self.disclosures: list[bytes] = []
        self.express: list[bytes] = []
        self.answers: list[bytes] = []

    async def deliver_reply(self, requester: MemberId, message: bytes) -> None:
        self.replies.append(message)
        await super().deliver_reply(requester, message)

    async def ask_express(self, holder: MemberId, message: bytes) -> bytes:
        self.express.append(message)
        answer = await super().ask_express(holder, message)
        self.answers.append(answer)
        return answer

    async def send_receipt(self, holder: MemberId, message: bytes) -> bytes:
        self.receipts.append(message)
        answer = await super().send_receipt(holder, message)
        self.disclosures.append(answer)
        return answer


class Front:
    """What the server hands its calls to; a test may put other doors behind it."""

    def __init__(self, doors: Any) -> None:
        self.doors = doors

    async def expect(self, header: Header) -> None:
        await self.doors.expect(header)

    async def opening(self, raw: bytes, auditor: Address) -> bytes:
        answer: bytes = await self.doors.opening(raw, auditor)
        return answer

    async def decoys(self, raw: bytes, auditor: Address) -> None:
        await self.doors.decoys(raw, auditor)

    async def envelope(self, batch_id: BatchId, peer: MemberId, version: int) -> bytes:
        found: bytes = await self.doors.envelope(batch_id, peer, version)
        return found

    async def reply(self, raw: bytes, peer: MemberId) -> None:
        await self.doors.reply(raw, peer)

    async def receipt(self, raw: bytes, peer: MemberId) -> bytes:
        answer: bytes = await self.doors.receipt(raw, peer)
        return answer

    async def voucher_state(self, raw: bytes, peer: MemberId) -> bytes:
        answer: bytes = await self.doors.voucher_state(raw, peer)
        return answer

    async def express(self, raw: bytes, peer: MemberId) -> bytes:
        answer: bytes = await self.doors.express(raw, peer)
        return answer

    async def anchor_proofs(self, raw: bytes, peer: MemberId) -> None:
        await self.doors.anchor_proofs(raw, peer)

    async def recall(self, raw: bytes, peer: MemberId) -> None:
        await self.doors.recall(raw, peer)

    async def anchor_proof(self, batch_id: BatchId, peer: MemberId, version: int) -> bytes:
        found: bytes = await self.doors.anchor_proof(batch_id, peer, version)
        return found
