"""Publishes the dataset's snapshots: built first, then sent, the same one until it is mined."""

import asyncio
from collections.abc import Callable

import structlog

from oracle.chain.books.publications import PlacedPublication
from oracle.chain.contracts.dataset_registry import DatasetRegistry
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.dataset.dataset import Dataset
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.ports import Clock, TaggerOfNow
from oracle.domain.ids import BlockNumber, MemberId, Sequence
from oracle.domain.messages import Publication
from oracle.rules.snapshot import oldest_needed
from oracle.telemetry.metrics import timed_stage

log = structlog.get_logger()
SECONDS_A_DAY = 86_400


def _always() -> None:
    """The only daemon of a member always may."""


class Publisher:
    """One publication at a time. A sequence number once sent is never used for another root."""

    def __init__(
        self,
        *,
        me: MemberId,
        dataset: Dataset,
        tagger: TaggerOfNow,
        registry: DatasetRegistry,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
        interval_s: int,
        clear: Callable[[], None] = _always,
    ) -> None:
        """`clear` raises `Transient` while this daemon may not publish."""
        self._me = me
        self._dataset = dataset
        self._tagger = tagger
        self._registry = registry
        self._lane = lane
        self._view = view
        self._clock = clock
        self._interval_s = interval_s
        self._clear = clear
        self._turn = asyncio.Lock()

    async def round(self) -> None:
        """Publish what changed, at most once an interval; a member out of standing publishes nothing."""
        if not self._view.in_standing(self._me):
            return
        async with self._turn:
            await self._follow_key()
        stats = await self._dataset.stats()
        latest = stats.latest
        unsent = latest is not None and latest.published_block is None
        rested = latest is None or self._clock.chain_time() >= latest.created_at + self._interval_s
        # A member without records publishes an empty snapshot once: that is how it says so, provably.
        today = self._clock.chain_time() // SECONDS_A_DAY
        expired = stats.next_expiry_day is not None and stats.next_expiry_day < today
        changed = latest is None or stats.changes_pending or expired
        # After a restored dataset, or another daemon's publication, nothing can be answered until this.
        if unsent or self._superseded(latest) or (changed and rested):
            await self.publish()
            await self._forget_old()

    async def publish(self) -> SnapshotRow:
        """Build what changed and bring it to the chain; the snapshot that stands there afterwards."""
        async with self._turn:
            self._clear()
            await self._follow_key()
            row = await self._build(after=self._last_published())
            if row.published_block is not None:
                return row
            if self._is_taken(row):
                # A restored dataset has another snapshot under a number that is used: it goes beyond it.
                row = await self._build(after=Sequence(row.sequence + 1))
            return await self._send(row)

    async def _follow_key(self) -> None:
        """After a rotation: tags, salts and so the next snapshot are under the key that is current now.

        A reorganisation that undoes the rotation leaves the dataset under the new key, which comes back.
        """
        if self._dataset.key_version < self._tagger.version:
            await self._dataset.rekey(self._tagger.current())
            log.info("dataset_tagged_anew", key_version=int(self._tagger.version))

    async def _build(self, *, after: Sequence) -> SnapshotRow:
        return await self._dataset.build_snapshot(
            now=self._clock.chain_time(),
            max_bits=self._view.parameter("max_bucket_bits").value,
            after=after,
        )

    async def note_reorganisation(self, valid_to: BlockNumber) -> None:
        """Publications in dropped blocks are no longer published; the lane sends them again unchanged."""
        for row in await self._dataset.snapshots():
            if row.published_block is not None and row.published_block > valid_to:
                await self._dataset.mark_published(row.sequence, block=None)

    async def _forget_old(self) -> None:
        """Prune snapshots that no query, claim or dispute can be about any more."""
        published = self._view.publications_of(self._me)
        windows = ("max_deadline_s", "claim_window_s", "dispute_window_s")
        first = oldest_needed(
            [later.block_timestamp for later in published[1:]],
            now=self._clock.chain_time(),
            kept_s=sum(self._view.parameter(name).value for name in windows),
        )
        if first > 0:
            await self._dataset.prune(published[first].publication.sequence)

    async def _send(self, row: SnapshotRow) -> SnapshotRow:
        publication = self._publication(row)
        standing = self._standing(publication)
        if standing is not None:
            return await self._dataset.mark_published(
                row.sequence, block=standing.block_number, block_hash=standing.block_hash
            )
        intent = f"publish:{row.sequence}:{row.root.hex()}"
        with timed_stage("publish"):
            sent = await self._lane.execute(intent, self._registry.publish(publication, changed=row.changed))
        block = BlockNumber(sent.block_number or 0)
        await self._clock.reached(block)
        log.info("snapshot_published", sequence=row.sequence, bits=row.bits, block=block)
        return await self._dataset.mark_published(
            row.sequence, block=block, block_hash=sent.block_hash or bytes(32)
        )

    def _standing(self, publication: Publication) -> PlacedPublication | None:
        """The same publication where it stands on the chain already, as after a restored journal."""
        placed = self._view.publications_of(self._me)
        return placed[-1] if placed and placed[-1].publication == publication else None

    def _is_taken(self, row: SnapshotRow) -> bool:
        """Whether the chain has another snapshot under this number."""
        return row.sequence == self._last_published() and self._standing(self._publication(row)) is None

    def _publication(self, row: SnapshotRow) -> Publication:
        return Publication(
            holder=self._me,
            sequence=row.sequence,
            root=row.root,
            bits=row.bits,
            oprf_key_version=row.oprf_key_version,
        )

    def _superseded(self, latest: SnapshotRow | None) -> bool:
        """Whether the chain has a later snapshot of ours than this dataset, or another under its number."""
        published = self._view.publications_of(self._me)
        if latest is None or not published:
            return False
        newest = published[-1].publication
        return newest.sequence > latest.sequence or (
            newest.sequence == latest.sequence and newest.root != latest.root
        )

    def _last_published(self) -> Sequence:
        published = self._view.publications_of(self._me)
        return published[-1].publication.sequence if published else Sequence(0)
