"""What other members can ask of this one: envelopes, replies, receipts, voucher state."""

import secrets
from collections.abc import Callable

from oracle.accounting.proving import Proving
from oracle.accounting.recalling import Recalling
from oracle.accounting.reporting import Reporting
from oracle.answering.express import ExpressAnswering
from oracle.answering.settling import Settling
from oracle.asking.collecting import Collector
from oracle.asking.commitment import NotYetCommitted
from oracle.asking.decoys import Decoys
from oracle.auditing.handing_over import HandingOver
from oracle.chain.view import AllianceView
from oracle.domain.asked import BatchState
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.messages import Header, MessageType
from oracle.domain.settlement import AcceptedTotals, Refusal, RefusalReason, Signed, VoucherState
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.bodies.refusal import encode_refusal
from oracle.peer.bodies.voucher_state import decode_voucher_state_request, encode_voucher_state
from oracle.peer.contacts import Contacts
from oracle.peer.courier import NO_BATCH
from oracle.peer.errors import UnknownBatch
from oracle.peer.headers import VERSION
from oracle.peer.notary import Notary
from oracle.peer.post import Post
from oracle.peer.statements import encode_request, parse_request
from oracle.store.asked import AskedJournal
from oracle.store.vouchers import VoucherJournal
from oracle.wiring.clock import ChainClock

SALT_SIZE = 16
WAIT_FOR_COMMITMENT_S = 1.0
TO_THE_REQUESTER = frozenset({MessageType.REPLY, MessageType.REFUSAL})
TO_THE_HOLDER = frozenset({MessageType.RECEIPT})
EXPRESS = frozenset({MessageType.QUERY_ENVELOPE})
ABOUT_ANCHORS = frozenset({MessageType.ANCHOR_PROOFS})
ABOUT_RECORDS = frozenset({MessageType.RECALL})
ABOUT_VOUCHERS = frozenset({MessageType.VOUCHER_STATE_REQUEST})


def _always() -> None:
    """Nothing stands against answering."""


class Doors:
    """`PeerHandlers`: opens each message, hands it to its room, seals the answer."""

    def __init__(
        self,
        *,
        me: MemberId,
        post: Post,
        notary: Notary,
        asked: AskedJournal,
        vouchers: VoucherJournal,
        collector: Collector,
        settling: Settling,
        express: ExpressAnswering,
        proving: Proving,
        reporting: Reporting,
        handing: HandingOver,
        decoys: Decoys,
        recalling: Recalling,
        view: AllianceView,
        clock: ChainClock,
        received: Callable[[], None],
        contacts: Contacts,
        clear: Callable[[], None] = _always,
    ) -> None:
        """`received` is told of each reply; `clear` raises `Transient` while nothing may leave."""
        self._me = me
        self._post = post
        self._notary = notary
        self._asked = asked
        self._vouchers = vouchers
        self._collector = collector
        self._settling = settling
        self._express = express
        self._proving = proving
        self._reporting = reporting
        self._handing = handing
        self._decoys = decoys
        self._recalling = recalling
        self._view = view
        self._clock = clock
        self._received = received
        self._contacts = contacts
        self._clear = clear

    async def expect(self, header: Header) -> None:
        """Only keys, batches and parties that this member knows are worth reading on, let alone opening."""
        self._post.require_openable(header)
        batch_id, peer = header.batch_id, header.sender
        match header.type:
            case MessageType.REPLY | MessageType.REFUSAL:
                known = self._committed(batch_id) or await self._asked.batch(batch_id) is not None
            case MessageType.RECEIPT:
                known = await self._settling.expects(batch_id, peer)
            case _:
                known = True
        if not known:
            raise UnknownBatch("No batch of this member and you has this identifier.")

    async def envelope(self, batch_id: BatchId, peer: MemberId, version: int = VERSION) -> bytes:
        """The sealed envelope of our batch, once it is committed; only members in standing are asked.

        Whoever saw the elements earlier could still choose which of its snapshots the commitment will name.
        """
        self._contacts.called(peer)
        self._clear()
        batch = await self._asked.batch(batch_id)
        if batch is None or batch.state is BatchState.FAILED or not self._view.in_standing(peer):
            raise UnknownBatch("No batch of this member for you has this identifier.")
        if batch.state is BatchState.PREPARED:
            await self._until_committed(batch_id)
        content = batch.content
        # Signed now, under the key that the header will name: it may be newer than the batch.
        request = parse_request(content.statement).value
        sealed = self._post.seal(
            MessageType.QUERY_ENVELOPE,
            batch_id,
            peer,
            statement=encode_request(Signed(value=request, signature=self._notary.sign(request))),
            frame=encode_envelope(unpack_elements(content.elements)),
            version=version,
        )
        self._contacts.fetched(batch_id, peer)
        return sealed

    async def _until_committed(self, batch_id: BatchId) -> None:
        """A holder that has read the commitment before us need not come again: it is here in a moment."""
        if not await self._clock.catch_up(
            lambda: self._committed(batch_id), patience_s=WAIT_FOR_COMMITMENT_S
        ):
            raise NotYetCommitted("This member has not read the batch's commitment yet; try again shortly.")

    def _committed(self, batch_id: BatchId) -> bool:
        return self._view.commitment(self._me, batch_id) is not None

    async def reply(self, raw: bytes, peer: MemberId) -> None:
        self._contacts.called(peer)
        await self._collector.take(self._post.open(raw, sender=peer, expected=TO_THE_REQUESTER))
        self._received()

    async def receipt(self, raw: bytes, peer: MemberId) -> bytes:
        self._contacts.called(peer)
        self._clear()
        message = self._post.open(raw, sender=peer, expected=TO_THE_HOLDER)
        frame = await self._settling.take(message)
        return self._post.seal(
            MessageType.DISCLOSURES,
            message.header.batch_id,
            peer,
            statement=b"",
            frame=frame,
            version=message.header.version,
        )

    async def voucher_state(self, raw: bytes, peer: MemberId) -> bytes:
        """The newest voucher of this requester and what was accepted of it."""
        message = self._post.open(raw, sender=peer, expected=ABOUT_VOUCHERS)
        request = decode_voucher_state_request(message.frame)
        held = await self._vouchers.held(peer)
        totals = await self._vouchers.accepted_totals(peer)
        state = VoucherState(
            nonce=request.nonce,
            voucher=None if held is None else Signed(value=held.voucher, signature=held.signature),
            accepted=AcceptedTotals(queries=totals.queries, hits=totals.hits, amount=totals.amount),
        )
        return self._post.seal(
            MessageType.VOUCHER_STATE,
            message.header.batch_id,
            peer,
            statement=b"",
            frame=encode_voucher_state(state, salt=secrets.token_bytes(SALT_SIZE)),
            version=message.header.version,
        )

    async def express(self, raw: bytes, peer: MemberId) -> bytes:
        """The reply, sealed, once it is journalled; or the reason why there is none."""
        self._contacts.called(peer)
        self._clear()
        message = self._post.open(raw, sender=peer, expected=EXPRESS)
        batch_id, version = message.header.batch_id, message.header.version
        answer = await self._express.answer(message)
        if isinstance(answer, RefusalReason):
            frame = encode_refusal(Refusal.because(answer), salt=secrets.token_bytes(SALT_SIZE))
            return self._post.seal(
                MessageType.REFUSAL, batch_id, peer, statement=b"", frame=frame, version=version
            )
        return self._post.seal(
            MessageType.REPLY,
            batch_id,
            peer,
            statement=answer.statement,
            frame=answer.frame,
            version=version,
        )

    async def anchor_proofs(self, raw: bytes, peer: MemberId) -> None:
        self._contacts.called(peer)
        message = self._post.open(raw, sender=peer, expected=ABOUT_ANCHORS)
        await self._reporting.take(message.frame, peer)

    async def recall(self, raw: bytes, peer: MemberId) -> None:
        self._contacts.called(peer)
        message = self._post.open(raw, sender=peer, expected=ABOUT_RECORDS)
        await self._recalling.take(message.frame, peer)

    async def anchor_proof(self, batch_id: BatchId, peer: MemberId, version: int = VERSION) -> bytes:
        """The sealed proof of one batch for a holder that was asked it."""
        self._contacts.called(peer)
        frame = await self._proving.proof_of(batch_id, peer)
        return self._post.seal(
            MessageType.ANCHOR_PROOFS, NO_BATCH, peer, statement=b"", frame=frame, version=version
        )

    async def opening(self, raw: bytes, auditor: Address) -> bytes:
        self._clear()
        return await self._handing.part(raw, auditor)

    async def decoys(self, raw: bytes, auditor: Address) -> None:
        await self._decoys.take(raw, auditor)
