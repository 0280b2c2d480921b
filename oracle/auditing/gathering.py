"""Puts a dossier together from the requester's journals: what it kept, good or bad, and nothing else."""

from typing import ClassVar, Protocol

from oracle.auditing.codec import encode_dossier
from oracle.auditing.decoy_file import DecoyFile, encode_decoy_file
from oracle.auditing.dossier import AnchorPlace, Dossier, HolderPart, KeptReceipt, OpenedElement
from oracle.auditing.picture import Addresses
from oracle.domain.anchors import OwnAnchor, ProvenPlace
from oracle.domain.asked import AskedBatch, AskedReceipt, AskedReply, ReplyState
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId
from oracle.store.anchors import AnchorJournal
from oracle.store.asked import AskedJournal
from oracle.store.decoys import DecoyJournal
from oracle.store.receipts import ReceiptJournal
from oracle.store.replies import ReplyJournal


class BatchNotKept(Refused):
    """This institution has no such batch: it never asked it, or has forgotten it after its retention."""

    code: ClassVar[str] = "batch_not_kept"


class Places(Protocol):
    """Where own batches stand in an anchor."""

    async def of(self, anchor: OwnAnchor, batch_ids: tuple[BatchId, ...]) -> tuple[ProvenPlace, ...]: ...


class Gathering:
    """Reads; writes nothing."""

    def __init__(
        self,
        *,
        addresses: Addresses,
        asked: AskedJournal,
        replies: ReplyJournal,
        receipts: ReceiptJournal,
        anchors: AnchorJournal,
        places: Places,
        decoys: DecoyJournal,
    ) -> None:
        self._addresses = addresses
        self._asked = asked
        self._replies = replies
        self._receipts = receipts
        self._anchors = anchors
        self._places = places
        self._decoys = decoys

    async def file(self, batch_id: BatchId) -> bytes:
        """The dossier as it is handed in; of decoys with the ticket that stands for the openings."""
        dossier = encode_dossier(await self.dossier(batch_id))
        batch = await self._asked.batch(batch_id)
        kept = None if batch is None else await self._decoys.of_query(batch.query_id)
        if kept is None:
            return dossier
        return encode_decoy_file(DecoyFile(ticket=kept.ticket, dossier=dossier))

    async def dossier(self, batch_id: BatchId) -> Dossier:
        """Raises `BatchNotKept`."""
        batch = await self._asked.batch(batch_id)
        question = None if batch is None else await self._asked.question(batch.query_id)
        if batch is None or question is None:
            raise BatchNotKept(
                "This institution's journal has no such batch: another member asked it, or it is older than "
                "openings are kept."
            )
        replies = await self._replies.replies_of(batch_id)
        receipts = {one.holder: one for one in await self._receipts.receipts_of(batch_id)}
        content = batch.content
        return Dossier(
            chain_id=self._addresses.chain_id,
            registry=self._addresses.registry,
            request=content.statement,
            elements=content.elements,
            opened=tuple(
                OpenedElement(subject=one.subject.encoded, blind=one.blind) for one in content.openings
            ),
            case_salt=content.case_salt,
            case_reference=question.case_reference,
            reference=content.reference,
            anchor=await self._anchor(batch),
            holders=tuple(_part(reply, receipts.get(reply.holder)) for reply in replies),
        )

    async def _anchor(self, batch: AskedBatch) -> AnchorPlace | None:
        anchor = await self._anchors.anchor_of(batch.batch_id)
        if anchor is None:
            return None
        (place,) = await self._places.of(anchor, (batch.batch_id,))
        return AnchorPlace(root=anchor.root, batches=anchor.batches, elements=anchor.elements, place=place)


def _part(reply: AskedReply, receipt: AskedReceipt | None) -> HolderPart:
    settled = None if receipt is None else receipt.settled
    return HolderPart(
        holder=reply.holder,
        state=_state(reply),
        reason=0 if reply.received is not None else reply.reason,
        reply=reply.received,
        receipt=None if receipt is None else KeptReceipt(statement=receipt.statement, frame=receipt.frame),
        answer=None if settled is None else settled.answer,
    )


def _state(reply: AskedReply) -> ReplyState:
    if reply.received is not None:
        return ReplyState.RECEIVED
    # Superseded by a reorganisation, or not decided yet: nothing is there.
    return reply.state if reply.state in {ReplyState.REFUSED, ReplyState.EXPIRED} else ReplyState.WAITING
