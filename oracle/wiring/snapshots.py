"""The dataset as the answering room sees it."""

from collections.abc import Sequence as Series
from typing import ClassVar

from oracle.chain.view import AllianceView
from oracle.crypto.buckets import bucket_hash, bucket_number
from oracle.dataset.dataset import Dataset
from oracle.dataset.errors import SnapshotUnknown, TagNotInSnapshot
from oracle.dataset.snapshot import Withdrawn
from oracle.domain.answered import NoRecord, StoredRecord
from oracle.domain.errors import Transient
from oracle.domain.ids import MemberId, Sequence, Tag
from oracle.domain.query import Cut, Element


class SnapshotElsewhere(Transient):
    """This machine's dataset does not have the snapshot that was published under this number."""

    code: ClassVar[str] = "snapshot_elsewhere"


async def missing_snapshot(dataset: Dataset, view: AllianceView, me: MemberId) -> Sequence | None:
    """The newest snapshot that this member published, when the dataset is not the one that has it."""
    published = view.publications_of(me)
    if not published:
        return None
    newest = published[-1].publication
    try:
        held = (await dataset.snapshot(newest.sequence)).row.root
    except SnapshotUnknown:
        return newest.sequence
    return None if held == newest.root else newest.sequence


class DatasetSnapshots:
    """Reads committed snapshots only; if `shared`, another daemon of ours may have what this one lacks."""

    def __init__(self, dataset: Dataset, *, shared: bool = False) -> None:
        self._dataset = dataset
        self._shared = shared

    async def holds(self, sequence: Sequence, root: bytes) -> bool:
        """A dataset restored from a backup may have another snapshot under the number, or none.

        Raises `SnapshotElsewhere` where another daemon of this member may have it.
        """
        try:
            held = (await self._dataset.snapshot(sequence)).row.root == root
        except SnapshotUnknown:
            held = False
        if self._shared and not held:
            raise SnapshotElsewhere(
                f"This machine's dataset does not have the published snapshot {sequence}: it was published "
                "from another one. Nothing is answered from a wrong one; the daemon that has it answers."
            )
        return held

    async def cut(self, sequence: Sequence, elements: Series[Element]) -> tuple[Cut, ...]:
        """What each element is answered with, cut from one snapshot; raises when it is not kept."""
        return await self._dataset.cut(
            sequence, [(element.prefix_bits, element.prefix) for element in elements]
        )

    async def record(self, sequence: Sequence, subject: bytes, tag: Tag) -> StoredRecord | NoRecord:
        """The record about a subject behind its tag in that snapshot, or why there is none."""
        try:
            found = await self._dataset.record_for(sequence, subject, tag)
        except TagNotInSnapshot:
            return NoRecord.NEVER_THERE
        if isinstance(found, Withdrawn):
            return NoRecord.ERASED
        return StoredRecord(tag=tag, frame=found.frame, salt=found.salt, digest=found.digest)

    async def digests(self, sequence: Sequence, subject: bytes) -> tuple[bytes, ...]:
        """All record digests of the subject's bucket in that snapshot, in the order of its tags."""
        bits = (await self._dataset.snapshot(sequence)).row.bits
        number = bucket_number(bucket_hash(subject), bits)
        return await self._dataset.digests_of_bucket(sequence, number)
