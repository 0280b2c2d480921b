"""Tells each holder in which anchor the express batches stand that it was asked."""

import asyncio
import secrets
from collections import defaultdict

import structlog

from oracle.accounting.places import AnchorPlaces
from oracle.accounting.ports import Clock, Counterparties
from oracle.chain.view import AllianceView
from oracle.domain.anchors import AnchorProofs, OwnAnchor
from oracle.domain.errors import Refused, Transient
from oracle.domain.ids import BatchId, MemberId
from oracle.peer.bodies.anchor_proofs import MAX_PLACES, encode_anchor_proofs
from oracle.peer.errors import UnknownBatch
from oracle.store.anchors import AnchorJournal, Untold
from oracle.store.replies import ReplyJournal

log = structlog.get_logger()
SALT_SIZE = 16


class Proving:
    """Sent until it is taken or can not be reported any more; a holder may also ask for one."""

    def __init__(
        self,
        *,
        me: MemberId,
        journal: AnchorJournal,
        places: AnchorPlaces,
        replies: ReplyJournal,
        counterparties: Counterparties,
        view: AllianceView,
        clock: Clock,
    ) -> None:
        self._me = me
        self._journal = journal
        self._places = places
        self._replies = replies
        self._counterparties = counterparties
        self._view = view
        self._clock = clock
        self._under_way: set[MemberId] = set()
        self._refused: set[tuple[bytes, MemberId]] = set()
        """Not sent again before a restart: who refuses once would refuse every few seconds."""

    async def round(self) -> None:
        """One holder that is slow or gone holds up no other."""
        after = self._clock.chain_time() - self._view.parameter("report_retention_s").value
        await self._journal.list_holders(after=after)
        by_holder: defaultdict[MemberId, list[Untold]] = defaultdict(list)
        for untold in await self._journal.untold(after=after):
            refused = (untold.anchor.root, untold.holder) in self._refused
            if not refused and untold.holder not in self._under_way:
                by_holder[untold.holder].append(untold)
        self._under_way.update(by_holder)
        async with asyncio.TaskGroup() as group:
            for holder, these in by_holder.items():
                group.create_task(self._tell(holder, these))

    async def _tell(self, holder: MemberId, these: list[Untold]) -> None:
        try:
            for untold in these:
                await self._tell_of(untold)
        except Transient as error:
            log.info("anchor_proofs_wait", holder=int(holder), reason=error.code)
        finally:
            self._under_way.discard(holder)

    async def _tell_of(self, untold: Untold) -> None:
        holder = untold.holder
        try:
            batches = await self._journal.batches_of(untold)
            for start in range(0, len(batches), MAX_PLACES):
                frame = await self._frame(untold.anchor, batches[start : start + MAX_PLACES])
                await self._counterparties.prove_anchor(holder, frame=frame)
        except Refused as error:
            # It does not take them: should it report, the report is answered with the same proof.
            log.warning("anchor_proofs_refused", holder=int(holder), reason=error.code)
            self._refused.add((untold.anchor.root, holder))
        else:
            await self._journal.tell(untold.anchor.root, holder)

    async def proof_of(self, batch_id: BatchId, holder: MemberId) -> bytes:
        """The frame that proves one batch to a holder that was asked it. Raises `UnknownBatch`."""
        anchor = await self._journal.anchor_of(batch_id)
        if (
            anchor is None
            or self._view.anchors.anchor(self._me, anchor.root) is None
            or await self._replies.reply(batch_id, holder) is None
        ):
            raise UnknownBatch("No anchored batch of this member for you has this identifier.")
        return await self._frame(anchor, (batch_id,))

    async def _frame(self, anchor: OwnAnchor, batches: tuple[BatchId, ...]) -> bytes:
        proofs = AnchorProofs(
            root=anchor.root,
            batches=anchor.batches,
            elements=anchor.elements,
            places=await self._places.of(anchor, batches),
        )
        return encode_anchor_proofs(proofs, salt=secrets.token_bytes(SALT_SIZE))
