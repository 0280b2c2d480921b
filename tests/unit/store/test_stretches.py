"""Lines of a file become one query, and the row that says so stands and falls with it."""

from collections.abc import Callable

import pytest
from stage.stores import written

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import AskedBatch, BatchState, Question
from oracle.domain.reports import Stretch
from oracle.store.asked import AskedJournal
from oracle.store.compaction import Compaction
from oracle.store.database import Database
from oracle.store.stretches import AskedStretch, StretchDiffers, StretchJournal, StretchTaken

RUN = "5a" * 16
FIRST = AskedStretch(stretch=Stretch(run=RUN, first_line=2, last_line=1_001), digest=bytes(range(100, 132)))


@pytest.fixture
def asked(database: Database, cipher: StorageCipher) -> AskedJournal:
    return AskedJournal(database, cipher)


@pytest.fixture
def journal(database: Database, cipher: StorageCipher) -> StretchJournal:
    return StretchJournal(database, cipher)


@pytest.fixture
async def taken(asked: AskedJournal, question: Question, batch_of: Callable[..., AskedBatch]) -> None:
    await asked.add("q1", question, (batch_of(1),), stretch=FIRST)


def _lines(first: int, last: int, *, run: str = RUN, digest: bytes = FIRST.digest) -> AskedStretch:
    return AskedStretch(stretch=Stretch(run=run, first_line=first, last_line=last), digest=digest)


@pytest.mark.usefixtures("taken")
async def test_stretch__asked_before__is_the_query_that_it_became(journal: StretchJournal) -> None:
    assert await journal.query_of(FIRST) == "q1"
    assert await journal.query_of(_lines(1_002, 2_001)) is None
    assert await journal.query_of(_lines(2, 1_001, run="5b" * 16)) is None


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(
    "other",
    [
        _lines(2, 1_001, digest=b"\x02" * 32),
        _lines(2, 1_000),
        _lines(1_001, 2_000),
        _lines(1, 5_000),
        _lines(500, 501),
    ],
)
async def test_stretch__of_other_lines_or_subjects_than_before__is_refused(
    journal: StretchJournal, other: AskedStretch
) -> None:
    with pytest.raises(StretchDiffers):
        await journal.query_of(other)


@pytest.mark.usefixtures("taken")
async def test_query__of_lines_that_another_call_has_just_asked__leaves_nothing(
    asked: AskedJournal, question: Question, batch_of: Callable[..., AskedBatch]
) -> None:
    with pytest.raises(StretchTaken):
        await asked.add("q2", question, (batch_of(2, "q2"),), stretch=FIRST)
    with pytest.raises(StretchTaken):
        await asked.add_asked(
            "q2", question, (batch_of(2, "q2"),), holders=(), issued_at=1, stretch=_lines(1_000, 1_500)
        )

    assert await asked.question("q2") is None
    assert await asked.batches_of("q2") == ()


@pytest.mark.usefixtures("taken")
async def test_digest__in_the_store__is_not_readable(store_url: str) -> None:
    assert FIRST.digest not in written(store_url)


@pytest.mark.usefixtures("taken")
async def test_stretch__of_a_query_that_was_forgotten__is_forgotten_with_it(
    asked: AskedJournal,
    journal: StretchJournal,
    database: Database,
    question: Question,
    batch_of: Callable[..., AskedBatch],
) -> None:
    kept = _lines(1_002, 2_001)
    await asked.add("q2", question, (batch_of(2, "q2", deadline=9_000),), stretch=kept)
    for number in (1, 2):
        await asked.close(batch_of(number).batch_id, BatchState.DONE)

    assert await Compaction(database).batches((BatchState.DONE,), before=5_000, limit=10) == 1

    assert await journal.query_of(FIRST) is None
    assert await journal.query_of(kept) == "q2"
