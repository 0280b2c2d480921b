"""A holder in this process for the benchmarks: a real dataset and the maker of replies on it."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

from oracle.answering.replying import ReplyMaker
from oracle.asking.blinding import BlindedBatch, blind_question
from oracle.asking.verifying import ReplyCase
from oracle.chain.books.publications import PlacedPublication
from oracle.crypto.signing import Signer
from oracle.crypto.storage import StorageCipher
from oracle.crypto.typed_data import member_domain, voucher_domain
from oracle.crypto.voprf import generate_key, public_key
from oracle.crypto.workers import Workers
from oracle.dataset.columns import Defaults
from oracle.dataset.dataset import Dataset
from oracle.dataset.import_run import ImportProgress
from oracle.dataset.importing import ImportFormat
from oracle.dataset.layout import SnapshotRow
from oracle.dataset.lines import BadLine
from oracle.dataset.tagging import Tagger
from oracle.domain.answered import Answer
from oracle.domain.asked import Question
from oracle.domain.ids import Address, BatchId, BlockNumber, KeyVersion, MemberId
from oracle.domain.messages import Publication
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.bodies.elements import pack_elements
from oracle.peer.notary import Notary
from oracle.rules.replies import ExpectedReply
from oracle.wiring.snapshots import DatasetSnapshots

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

RECORDS = 20_000
PHONE_PREFIX_BITS = 17
ME, ASKER, VERSION, BATCH = MemberId(1), MemberId(2), KeyVersion(1), BatchId(bytes(32))
_CONTRACT = Address("0x" + "11" * 20)


class InThisProcess(Workers):
    """Works where it is asked, so that the processor time of this process is all of it."""

    def __init__(self) -> None:
        """Start no processes."""

    async def run(
        self, function: Callable[Arguments, Result], *arguments: Arguments.args, **keywords: Arguments.kwargs
    ) -> Result:
        return function(*arguments, **keywords)

    async def run_for(
        self,
        member: MemberId,  # noqa: ARG002 - nobody waits for a turn here
        function: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **keywords: Arguments.kwargs,
    ) -> Result:
        return function(*arguments, **keywords)

    def close(self) -> None:
        """Nothing to close."""


class Registered:
    """The operator account, the OPRF key and the clock, as the chain and the keyring would have them."""

    def __init__(self, oprf_secret: bytes, operator: Address) -> None:
        self._oprf_secret = oprf_secret
        self._operator = operator

    def __repr__(self) -> str:
        return "Registered()"

    def oprf_secret_for_workers(self, _version: KeyVersion) -> bytes:
        return self._oprf_secret

    def operator_address(self, _member: MemberId, _version: KeyVersion) -> Address | None:
        return self._operator

    def chain_time(self) -> int:
        return int(time.time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    runner: asyncio.Runner
    dataset: Dataset
    maker: ReplyMaker
    snapshot: SnapshotRow
    oprf_secret: bytes = field(repr=False)

    @property
    def oprf_key(self) -> bytes:
        return public_key(self.oprf_secret)

    def answered_by(self, workers: Workers) -> "Holder":
        """The same holder, whose evaluations are made by these."""
        return replace(self, maker=_maker(self.dataset, self.oprf_secret, workers))

    def ask(self, count: int, prefix_bits: int = PHONE_PREFIX_BITS) -> BlindedBatch:
        """A batch of phones, half of which are on the list."""
        (batch,) = blind_question(
            Question(
                subjects=tuple(_phone(number if number % 2 else number + RECORDS) for number in range(count)),
                positions=tuple(range(count)),
                refused=(),
                purpose=1,
                case_reference="",
                deadline_s=60,
            ),
            prefix_bits={SubjectType.PHONE: prefix_bits},
            batch_size=count,
        )
        return batch

    def answer(self, packed: bytes) -> Answer:
        return self.runner.run(self.maker.make(BATCH, packed, self.placed, requester=ASKER))

    def answer_each(self, packed: bytes, times: int) -> None:
        """The same batch again and again, without leaving the loop in between."""

        async def each() -> None:
            for _ in range(times):
                await self.maker.make(BATCH, packed, self.placed, requester=ASKER)

        self.runner.run(each())

    def case(self, batch: BlindedBatch, packed: bytes) -> ReplyCase:
        """A reply as the requester judges it."""
        answer = self.answer(packed)
        return ReplyCase(
            expected=ExpectedReply(
                batch_id=BATCH,
                holder=ME,
                publication=self.placed.publication,
                snapshot_block=self.placed.block_number,
                snapshot_block_hash=self.placed.block_hash,
            ),
            oprf_key=self.oprf_key,
            head=answer.head,
            frame=answer.frame,
            elements=packed,
            openings=batch.openings,
        )

    @property
    def placed(self) -> PlacedPublication:
        row = self.snapshot
        return PlacedPublication(
            publication=Publication(
                holder=ME, sequence=row.sequence, root=row.root, bits=row.bits, oprf_key_version=VERSION
            ),
            block_number=BlockNumber(1),
            block_hash=bytes(32),
            block_timestamp=0,
        )


@contextmanager
def holder_of(records: int = RECORDS) -> Iterator[Holder]:
    """A holder with so many phones on its list, that does everything in this process."""
    secret = generate_key()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        tagger = Tagger(secret=secret, holder=ME, key_version=VERSION)
        dataset = runner.run(open_dataset(Path(folder), tagger))
        try:
            runner.run(import_phones(dataset, 0, records))
            snapshot = runner.run(dataset.build_snapshot(now=int(time.time())))
            yield Holder(
                runner=runner,
                dataset=dataset,
                maker=_maker(dataset, secret, InThisProcess()),
                snapshot=snapshot,
                oprf_secret=secret,
            )
        finally:
            runner.run(dataset.close())


async def open_dataset(folder: Path, tagger: Tagger) -> Dataset:
    return await Dataset.open(folder, cipher=StorageCipher(bytes(32), "dataset"), tagger=tagger)


async def import_phones(dataset: Dataset, first: int, last: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"type,value,category,reason\n"
        for start in range(first, last, 1_000):
            numbers = range(start, min(start + 1_000, last))
            yield "".join(f"phone,{_phone(number).value},telecom_fraud,9\n" for number in numbers).encode()

    await dataset.import_lines(
        chunks(),
        form=ImportFormat.CSV,
        defaults=Defaults(today=int(time.time()) // 86_400),
        report=_ignore,
    )


def packed(batch: BlindedBatch) -> bytes:
    return pack_elements(batch.elements)


def _phone(number: int) -> Subject:
    return Subject(type=SubjectType.PHONE, value=f"+861380{number:07}")


def _maker(dataset: Dataset, secret: bytes, workers: Workers) -> ReplyMaker:
    signer = Signer(bytes(range(1, 33)))
    registered = Registered(secret, signer.address)
    return ReplyMaker(
        snapshots=DatasetSnapshots(dataset),
        keys=registered,
        notary=Notary(
            signer=signer,
            messages=member_domain(1, _CONTRACT),
            vouchers=voucher_domain(1, _CONTRACT),
            operators=registered,
        ),
        clock=registered,
        workers=workers,
    )


async def _ignore(_event: ImportProgress | BadLine) -> None:
    """Nobody watches."""
