"""What a lying holder puts in the place of one honest part: an index that answers something else."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from attacks.member import InProcess

from oracle.crypto.buckets import narrow
from oracle.crypto.merkle import cut_bucket
from oracle.domain.ids import Sequence as SequenceNumber
from oracle.domain.ids import Tag
from oracle.domain.query import Bucket, Cut, Element

Buckets = list[Bucket]


class LyingIndex:
    """`Snapshots` with the true siblings of every subtree, and buckets as `rewrite` wants them."""

    def __init__(self, holder: InProcess, rewrite: Callable[[Buckets], Buckets]) -> None:
        self._holder = holder
        self._true = holder.snapshots
        self._rewrite = rewrite
        self.record = self._true.record
        self.digests = self._true.digests
        self.holds = self._true.holds

    async def cut(self, sequence: SequenceNumber, elements: Sequence[Element]) -> tuple[Cut, ...]:
        cuts = await self._true.cut(sequence, elements)
        snapshot = await self._holder.holder.dataset.snapshot(sequence)
        bits = snapshot.row.bits
        told = []
        for element, cut in zip(elements, cuts, strict=True):
            depth, prefix = narrow(element.prefix, element.prefix_bits, bits)
            first = prefix << (bits - depth)
            buckets = [snapshot.bucket(first + offset) for offset in range(len(cut.buckets))]
            told.append(replace(cut, buckets=tuple(map(cut_bucket, self._rewrite(buckets)))))
        return tuple(told)


class LyingCuts:
    """`Snapshots` whose cuts are changed one by one, or come from a snapshot that nobody asked for."""

    def __init__(
        self,
        holder: InProcess,
        *,
        change: Callable[[Cut], Cut] = lambda cut: cut,
        elsewhere: Callable[[Element], Element] = lambda element: element,
        sequence: SequenceNumber | None = None,
    ) -> None:
        self._true = holder.snapshots
        self._change = change
        self._elsewhere = elsewhere
        self._sequence = sequence
        self.record = self._true.record
        self.digests = self._true.digests
        self.holds = self._true.holds

    async def cut(self, sequence: SequenceNumber, elements: Sequence[Element]) -> tuple[Cut, ...]:
        chosen = sequence if self._sequence is None else self._sequence
        cuts = await self._true.cut(chosen, tuple(map(self._elsewhere, elements)))
        return tuple(map(self._change, cuts))


def in_bucket(bucket: Bucket, rows: Sequence[tuple[Tag, bytes]]) -> Bucket:
    """The bucket with other rows of tag and digest, as they come."""
    return replace(bucket, tags=tuple(tag for tag, _ in rows), digests=tuple(digest for _, digest in rows))


def rows_of(bucket: Bucket) -> list[tuple[Tag, bytes]]:
    return list(zip(bucket.tags, bucket.digests, strict=True))


def in_fullest(change: Callable[[Bucket], Bucket]) -> Callable[[Buckets], Buckets]:
    """Change the bucket with the most entries and leave the others as they are."""

    def rewrite(buckets: Buckets) -> Buckets:
        fullest = max(range(len(buckets)), key=lambda place: len(buckets[place].tags))
        return [change(b) if place == fullest else b for place, b in enumerate(buckets)]

    return rewrite


class OtherKeys:
    """`OprfKeys` that give the same key for every version: another one than the registry has."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def oprf_secret_for_workers(self, _version: Any) -> bytes:
        return self._secret
