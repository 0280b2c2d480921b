"""Carries whole conversations with other members: sealed out, called, opened, checked for party and batch."""

from collections.abc import Callable

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.peer.client import PeerClient
from oracle.peer.post import Post
from oracle.peer.sealed import OpenedMessage


def _always() -> None:
    """Nothing stands against sending."""


class Courier:
    """Raises `Transient` when the other member is not reached now, `Refused` when it says no."""

    def __init__(self, post: Post, client: PeerClient, *, clear: Callable[[], None] = _always) -> None:
        """`clear` raises `Transient` while nothing may leave."""
        self._post = post
        self._client = client
        self._clear = clear

    async def fetch_envelope(self, requester: MemberId, batch_id: BatchId) -> OpenedMessage:
        self._clear()
        raw = await self._client.fetch_envelope(requester, batch_id)
        return self._post.open_answer(
            raw, sender=requester, batch_id=batch_id, expected=MessageType.QUERY_ENVELOPE
        )

    async def deliver_reply(
        self, requester: MemberId, batch_id: BatchId, *, statement: bytes, frame: bytes
    ) -> None:
        self._clear()
        message = self._post.seal(MessageType.REPLY, batch_id, requester, statement=statement, frame=frame)
        await self._client.deliver_reply(requester, message)

    async def deliver_refusal(self, requester: MemberId, batch_id: BatchId, *, frame: bytes) -> None:
        self._clear()
        message = self._post.seal(MessageType.REFUSAL, batch_id, requester, statement=b"", frame=frame)
        await self._client.deliver_reply(requester, message)

    async def send_receipt(
        self, holder: MemberId, batch_id: BatchId, *, statement: bytes, frame: bytes
    ) -> bytes:
        """The frame of the disclosures that answer the receipt."""
        self._clear()
        message = self._post.seal(MessageType.RECEIPT, batch_id, holder, statement=statement, frame=frame)
        raw = await self._client.send_receipt(holder, message)
        return self._post.open_answer(
            raw, sender=holder, batch_id=batch_id, expected=MessageType.DISCLOSURES
        ).frame
