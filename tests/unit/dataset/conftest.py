from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from oracle.crypto.buckets import bucket_hash, narrow
from oracle.crypto.merkle import verify_subtree
from oracle.crypto.storage import StorageCipher
from oracle.crypto.tag import tag
from oracle.crypto.voprf import evaluate_own
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.import_run import ImportProgress, ImportSummary
from oracle.dataset.importing import ImportFormat
from oracle.dataset.lines import BadLine
from oracle.dataset.snapshot import Snapshot
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId, Tag
from oracle.domain.subject import Subject, SubjectType

MEMBER = MemberId(7)
SECRET = (5).to_bytes(32, "little")
HEADER = "type,value,category,reason"


class Holder:
    """A member with a dataset folder, its keys, and lists to import."""

    today = 20_000
    now = today * 86_400 + 3_600

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reported: list[ImportProgress | BadLine] = []

    @property
    def bad_lines(self) -> list[BadLine]:
        return [event for event in self.reported if isinstance(event, BadLine)]

    @asynccontextmanager
    async def opening(
        self,
        *,
        member: MemberId = MEMBER,
        secret: bytes = SECRET,
        key_version: int = 1,
        storage_key: bytes = bytes(32),
    ) -> AsyncIterator[Dataset]:
        tagger = Tagger(secret=secret, holder=member, key_version=KeyVersion(key_version))
        cipher = StorageCipher(storage_key, "dataset")
        dataset = await Dataset.open(self.folder, cipher=cipher, tagger=tagger)
        try:
            yield dataset
        finally:
            await dataset.close()

    async def imports(
        self,
        dataset: Dataset,
        content: str | bytes,
        *,
        form: ImportFormat = ImportFormat.CSV,
        strict: bool = False,
        phone_region: str | None = None,
        step: int = 1000,
    ) -> ImportSummary:
        """CSV lines below the usual header row, or a whole file given as bytes."""
        data = content if isinstance(content, bytes) else f"{HEADER}\n{content}".encode()
        return await dataset.import_lines(
            in_chunks(data, step),
            form=form,
            defaults=Defaults(today=self.today, phone_region=phone_region),
            report=self.report,
            strict=strict,
        )

    async def report(self, event: ImportProgress | BadLine) -> None:
        self.reported.append(event)

    def lines(self, first: int, last: int) -> str:
        """CSV lines about the domains numbered from `first` to `last`, exclusive."""
        return "\n".join(
            f"domain,host{number}.example,telecom_fraud,phishing" for number in range(first, last)
        )

    def domain(self, number: int) -> Subject:
        return Subject(type=SubjectType.DOMAIN, value=f"host{number}.example")

    def tag_of(self, subject: Subject, secret: bytes = SECRET, version: int = 1) -> Tag:
        return tag(evaluate_own(secret, subject.encoded), MEMBER, KeyVersion(version))

    def lists(self, snapshot: Snapshot, subject: Subject, wanted: Tag | None = None) -> bool:
        """Whether a cut that leads to the snapshot's root holds a subject's tag: what a requester sees."""
        hashed, row = bucket_hash(subject.encoded), snapshot.row
        cut = snapshot.cut(32, hashed)
        depth, prefix = narrow(hashed, 32, row.bits)
        verify_subtree(row.root, bits=row.bits, depth=depth, prefix=prefix, cut=cut)
        found = {listed for bucket in cut.buckets for listed in bucket.tags}
        return (wanted or self.tag_of(subject)) in found


async def in_chunks(data: bytes, step: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), step):
        yield data[start : start + step]


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    return Holder(tmp_path / "dataset")


@pytest.fixture
async def dataset(holder: Holder) -> AsyncIterator[Dataset]:
    async with holder.opening() as opened:
        yield opened
