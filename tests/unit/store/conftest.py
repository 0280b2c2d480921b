"""A real store on each database, and values to write into it."""

import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from stage.postgres import Server

from oracle.crypto.storage import StorageCipher
from oracle.domain.asked import AskedBatch, BatchContent, BatchState, Opening, Question
from oracle.domain.ids import BatchId
from oracle.domain.reports import RefusedSubject
from oracle.domain.subject import Subject, SubjectType
from oracle.store.database import Database

SECRET_VALUE = "somebody-known.example"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/data/state.db"


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    return postgres.create(f"t{secrets.token_hex(8)}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(store_url)
    yield opened
    await opened.close()


@pytest.fixture
def cipher() -> StorageCipher:
    return StorageCipher(bytes(32), "the test")


@pytest.fixture
def subject() -> Subject:
    return Subject(type=SubjectType.DOMAIN, value=SECRET_VALUE)


@pytest.fixture
def question(subject: Subject) -> Question:
    return Question(
        subjects=(subject,),
        positions=(1,),
        refused=(RefusedSubject(index=0, reason="it has no dot"),),
        purpose=2,
        case_reference="case 17 of branch nine",
        deadline_s=120,
    )


@pytest.fixture
def batch_of(subject: Subject) -> Callable[..., AskedBatch]:
    """A prepared batch with this first byte of its identifier."""

    def make(number: int, query_id: str = "q1", ordinal: int = 0, deadline: int = 1_000) -> AskedBatch:
        return AskedBatch(
            batch_id=BatchId(bytes([number]) * 32),
            query_id=query_id,
            ordinal=ordinal,
            state=BatchState.PREPARED,
            count=1,
            deadline=deadline,
            created_at_ms=900_000 + number,
            committed_at_ms=None,
            content=BatchContent(
                statement=b"the signed request",
                elements=b"the packed elements",
                openings=(Opening(subject=subject, blind=b"\x07" * 32, positions=(1,)),),
                case_salt=b"\x08" * 32,
            ),
        )

    return make
