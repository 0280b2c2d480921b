"""Judges one reply, of either mode, by what the chain says that it has to be: all checks, every time."""

import structlog

from oracle.asking.commitment import ground_of
from oracle.asking.possession import proven
from oracle.asking.rejection import ReplyHeadWrong, ReplyRejected, ReplySnapshotWrong
from oracle.asking.verifying import ReplyCase, prove_reply
from oracle.chain.view import AllianceView
from oracle.crypto.workers import Workers
from oracle.domain.asked import AskedBatch, ProvenReply, ReceivedReply
from oracle.domain.errors import Refused
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import ReplyHead
from oracle.domain.settlement import RefusalReason, reason_name
from oracle.peer.errors import WireRefused
from oracle.peer.notary import Notary
from oracle.peer.statements import parse_reply_head
from oracle.rules.replies import ExpectedReply
from oracle.telemetry.metrics import REFUSED, timed_stage

log = structlog.get_logger()


class Judge:
    """Journals nothing: what it says is written by whoever asked it."""

    def __init__(self, *, me: MemberId, notary: Notary, view: AllianceView, workers: Workers) -> None:
        self._me = me
        self._notary = notary
        self._view = view
        self._workers = workers

    async def verdict(
        self, batch: AskedBatch, holder: MemberId, received: ReceivedReply
    ) -> ProvenReply | RefusalReason:
        """What the reply proves, or why it is no answer. Raises `Transient` for what has to wait."""
        try:
            with timed_stage("judge"):
                case = self._case(batch, holder, received)
                return await self._workers.run_sized(batch.count, None, prove_reply, case)
        except Refused as error:
            log.warning("reply_rejected", batch=batch.batch_id.hex(), holder=int(holder), reason=error.code)
            # Whatever else a hostile reply sets off, it is this reply that fails and no other that waits.
            reason = error.reason if isinstance(error, ReplyRejected) else RefusalReason.REPLY_MALFORMED
            REFUSED.labels("us", reason_name(reason)).inc()
            return reason

    def _case(self, batch: AskedBatch, holder: MemberId, received: ReceivedReply) -> ReplyCase:
        view = self._view
        published = ground_of(view, self._me, batch).publication(view, holder)
        if published is None:
            raise ReplySnapshotWrong("The holder has no snapshot that the rule could name.")
        head = self._head(holder, received)
        return ReplyCase(
            expected=ExpectedReply(
                batch_id=BatchId(batch.batch_id),
                holder=holder,
                publication=published.publication,
                snapshot_block=published.block_number,
                snapshot_block_hash=published.block_hash,
            ),
            oprf_key=proven(view.oprf_key(holder, published.publication.oprf_key_version)),
            head=head,
            frame=received.frame,
            elements=batch.content.elements,
            openings=batch.content.openings,
        )

    def _head(self, holder: MemberId, received: ReceivedReply) -> ReplyHead:
        try:
            signed = parse_reply_head(received.statement)
        except WireRefused as error:
            raise ReplyRejected("The reply's head is not in the form of this version.") from error
        if not self._notary.signed_by(signed.value, signed.signature, holder, received.sender_key_version):
            raise ReplyHeadWrong("The reply's head is not signed by the holder's operator key.")
        return signed.value
