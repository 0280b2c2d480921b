"""Carries whole conversations with other members: sealed out, called, opened, checked for party and batch."""

import secrets
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import MessageType
from oracle.domain.settlement import VoucherState, VoucherStateRequest
from oracle.peer.bodies.voucher_state import NONCE_SIZE, decode_voucher_state, encode_voucher_state_request
from oracle.peer.client import PeerClient
from oracle.peer.errors import MessageVersionUnknown, NonceUnexpected, PeerRefused
from oracle.peer.post import Post
from oracle.peer.sealed import OpenedMessage

SALT_SIZE = 16
NO_BATCH = BatchId(bytes(32))
_Answer = TypeVar("_Answer")


class _Letter(NamedTuple):
    """A message before it is sealed."""

    kind: MessageType
    batch_id: BatchId
    statement: bytes
    frame: bytes


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
        letter = _Letter(MessageType.REPLY, batch_id, statement, frame)
        await self._send(requester, letter, self._client.deliver_reply)

    async def deliver_refusal(self, requester: MemberId, batch_id: BatchId, *, frame: bytes) -> None:
        letter = _Letter(MessageType.REFUSAL, batch_id, b"", frame)
        await self._send(requester, letter, self._client.deliver_reply)

    async def send_receipt(
        self, holder: MemberId, batch_id: BatchId, *, statement: bytes, frame: bytes
    ) -> OpenedMessage:
        """The disclosures that answer the receipt."""
        letter = _Letter(MessageType.RECEIPT, batch_id, statement, frame)
        raw = await self._send(holder, letter, self._client.send_receipt)
        return self._post.open_answer(raw, sender=holder, batch_id=batch_id, expected=MessageType.DISCLOSURES)

    async def ask_express(
        self,
        holder: MemberId,
        batch_id: BatchId,
        *,
        statement: bytes,
        frame: bytes,
        before: Callable[[], Awaitable[None]],
    ) -> OpenedMessage:
        """A reply, or a refusal, of exactly this batch. The request is sealed at once; `before` it leaves."""
        letter = _Letter(MessageType.QUERY_ENVELOPE, batch_id, statement, frame)

        async def send(to: MemberId, message: bytes) -> bytes:
            await before()
            self._clear()
            return await self._client.ask_express(to, message)

        raw = await self._send(holder, letter, send)
        return self._post.open_answer(
            raw, sender=holder, batch_id=batch_id, expected=MessageType.REPLY, otherwise=MessageType.REFUSAL
        )

    async def prove_anchor(self, holder: MemberId, *, frame: bytes) -> None:
        """Tell a holder in which anchor of ours its batches stand."""
        letter = _Letter(MessageType.ANCHOR_PROOFS, NO_BATCH, b"", frame)
        await self._send(holder, letter, self._client.prove_anchor)

    async def recall(self, requester: MemberId, *, frame: bytes) -> None:
        """Tell a requester that records which it claimed do not stand any more."""
        letter = _Letter(MessageType.RECALL, NO_BATCH, b"", frame)
        await self._send(requester, letter, self._client.recall)

    async def fetch_anchor_proof(self, requester: MemberId, batch_id: BatchId) -> bytes:
        """The frame of the proof of one batch that this member answered."""
        self._clear()
        raw = await self._client.fetch_anchor_proof(requester, batch_id)
        return self._post.open_answer(
            raw, sender=requester, batch_id=NO_BATCH, expected=MessageType.ANCHOR_PROOFS
        ).frame

    async def voucher_state(self, holder: MemberId) -> VoucherState:
        """The newest voucher of ours that this holder has, and what it has accepted of us."""
        request = VoucherStateRequest(nonce=secrets.token_bytes(NONCE_SIZE))
        frame = encode_voucher_state_request(request, salt=secrets.token_bytes(SALT_SIZE))
        letter = _Letter(MessageType.VOUCHER_STATE_REQUEST, NO_BATCH, b"", frame)
        raw = await self._send(holder, letter, self._client.voucher_state)
        answer = self._post.open_answer(
            raw, sender=holder, batch_id=NO_BATCH, expected=MessageType.VOUCHER_STATE
        )
        state = decode_voucher_state(answer.frame)
        if state.nonce != request.nonce:
            raise NonceUnexpected("the voucher state answers another question than ours")
        return state

    async def _send(
        self, to: MemberId, letter: _Letter, send: Callable[[MemberId, bytes], Awaitable[_Answer]]
    ) -> _Answer:
        self._clear()
        version = await self._client.wire_version(to)
        try:
            return await send(to, self._sealed(to, letter, version))
        except PeerRefused as error:
            if error.peer_code != MessageVersionUnknown.code:
                raise
        # It runs another release since we asked; its refusal said which versions it understands now.
        return await send(to, self._sealed(to, letter, await self._client.wire_version(to)))

    def _sealed(self, to: MemberId, letter: _Letter, version: int) -> bytes:
        return self._post.seal(
            letter.kind,
            letter.batch_id,
            to,
            statement=letter.statement,
            frame=letter.frame,
            version=version,
        )
