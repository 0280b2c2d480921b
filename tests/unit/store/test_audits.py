"""What is handed in and what is found is written once, and erased when nobody asks for it any more."""

from dataclasses import replace

import pytest

from oracle.crypto.storage import StorageCipher
from oracle.domain.ids import MemberId
from oracle.store.database import Database
from oracle.store.examinations import Examination, ExaminationJournal
from oracle.store.openings import KeptOpening, OpeningJournal
from oracle.store.presented import PresentedJournal

CASE, OTHER = b"\x01" * 32, b"\x02" * 32
OPENING = KeptOpening(case_id=CASE, digest=b"\x03" * 32, file=b"what opens the batch")
FOUND = Examination(
    case_id=CASE, opened_at=1_000, found=3, reason=b"\x04" * 32, reasons=b"{}", file=b"what was handed in"
)


@pytest.fixture
def cipher() -> StorageCipher:
    return StorageCipher(bytes(32), "audits")


async def test_opening__written_twice__stays_the_first_until_it_is_erased(
    database: Database, cipher: StorageCipher
) -> None:
    journal = OpeningJournal(database, cipher)

    assert await journal.add(OPENING) == OPENING
    assert await journal.add(replace(OPENING, digest=bytes(32), file=b"another")) == OPENING
    assert (await journal.of(CASE), await journal.of(OTHER)) == (OPENING, None)
    await journal.replace(replace(OPENING, digest=bytes(32), file=b"with a record"))
    await journal.replace(replace(OPENING, case_id=OTHER))
    kept = [await journal.of(case) for case in (CASE, OTHER)]
    assert [one and one.file for one in kept] == [b"with a record", OPENING.file]
    await journal.erase(CASE)
    await journal.erase(OTHER)
    assert await journal.cases() == ()


async def test_examination__without_a_verdict__stays_without(
    database: Database, cipher: StorageCipher
) -> None:
    kept = await ExaminationJournal(database, cipher).keep(replace(FOUND, found=None))

    assert kept.found is None


async def test_seed__written_twice__stays_the_first(database: Database, cipher: StorageCipher) -> None:
    journal = ExaminationJournal(database, cipher)

    assert await journal.keep_seed(7, b"\x05" * 32) == b"\x05" * 32
    assert await journal.keep_seed(7, b"\x06" * 32) == b"\x05" * 32
    await journal.forget(seeds_before=8, cases_before=0)
    assert await journal.seed(7) is None


async def test_examination__written_twice__stays_the_first_and_is_forgotten_by_age(
    database: Database, cipher: StorageCipher
) -> None:
    journal = ExaminationJournal(database, cipher)

    assert await journal.keep(FOUND) == FOUND
    assert await journal.keep(replace(FOUND, found=0)) == FOUND
    await journal.keep(replace(FOUND, case_id=OTHER, opened_at=2_000))
    assert await journal.cases() == (OTHER, CASE)
    await journal.forget(seeds_before=0, cases_before=1_500)
    assert await journal.cases() == (OTHER,)


async def test_presented__twice_by_a_holder__stays_the_first_and_is_forgotten_by_age(
    database: Database, cipher: StorageCipher
) -> None:
    journal, holder, other = PresentedJournal(database, cipher), MemberId(2), MemberId(3)

    await journal.keep(CASE, holder, b"what it got", opened_at=1_000)
    await journal.keep(CASE, holder, b"another", opened_at=1_000)
    await journal.keep(CASE, other, b"nothing", opened_at=1_000)
    await journal.keep(OTHER, holder, b"in another case", opened_at=2_000)

    assert await journal.of(CASE) == {holder: b"what it got", other: b"nothing"}
    await journal.forget(before=2_000)
    assert await journal.of(CASE) == {}
    assert await journal.of(OTHER) == {holder: b"in another case"}
