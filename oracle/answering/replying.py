"""Makes the one reply to a batch: evaluation with proof, buckets with paths, signed head."""

import asyncio
import secrets

from oracle.answering.ports import ChainClock, OprfKeys, Snapshots
from oracle.chain.books.publications import PlacedPublication
from oracle.crypto.keccak import keccak256
from oracle.crypto.voprf import evaluate_batch
from oracle.crypto.workers import FEW, Workers
from oracle.domain.answered import Answer
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Publication, ReplyHead
from oracle.domain.query import ReplyBody
from oracle.domain.settlement import Signed
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.reply import encode_reply
from oracle.peer.notary import Notary
from oracle.peer.statements import encode_reply_head

SALT_SIZE = 16


class ReplyMaker:
    """Turns an admitted envelope into signed bytes; knows nothing of journals or the network."""

    def __init__(
        self, *, snapshots: Snapshots, keys: OprfKeys, notary: Notary, clock: ChainClock, workers: Workers
    ) -> None:
        self._snapshots = snapshots
        self._keys = keys
        self._notary = notary
        self._clock = clock
        self._workers = workers
        self._held: Publication | None = None

    async def can_make(self, placed: PlacedPublication) -> bool:
        """Whether the published snapshot is in the dataset, where it stays while it may be asked for."""
        publication = placed.publication
        if publication == self._held:
            return True
        if not await self._snapshots.holds(publication.sequence, publication.root):
            return False
        self._held = publication
        return True

    async def make(
        self, batch_id: BatchId, packed_elements: bytes, placed: PlacedPublication, *, requester: MemberId
    ) -> Answer:
        """The reply cut from exactly this publication. Raises `PointRefused` for what is no point."""
        publication = placed.publication
        elements = unpack_elements(packed_elements)
        evaluation = await self._workers.run_sized(
            len(elements),
            requester,
            evaluate_batch,
            self._keys.oprf_secret_for_workers(publication.oprf_key_version),
            [element.blinded for element in elements],
        )
        body = ReplyBody(
            proof=evaluation.proof,
            evaluated=evaluation.elements,
            cuts=await self._snapshots.cut(publication.sequence, elements),
        )
        frame = await _encode(body)
        head = ReplyHead(
            batch_id=batch_id,
            holder=publication.holder,
            snapshot_block=placed.block_number,
            snapshot_block_hash=placed.block_hash,
            sequence=publication.sequence,
            root=publication.root,
            bits=publication.bits,
            oprf_key_version=publication.oprf_key_version,
            answered_at=self._clock.chain_time(),
            body_digest=keccak256(frame),
        )
        statement = encode_reply_head(Signed(value=head, signature=self._notary.sign(head)))
        return Answer(head=head, statement=statement, frame=frame)


async def _encode(body: ReplyBody) -> bytes:
    salt = secrets.token_bytes(SALT_SIZE)
    if len(body.evaluated) <= FEW:
        return encode_reply(body, salt=salt)
    # A reply to a thousand elements takes milliseconds to write: not in the event loop.
    return await asyncio.to_thread(encode_reply, body, salt=salt)
