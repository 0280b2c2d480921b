"""A backup of a store in PostgreSQL is one file like any other, and the start brings the store back."""

import secrets
from pathlib import Path

import pytest
from sqlalchemy import text
from stage.backups import full_home, made_of, restored_from, with_store_at
from stage.postgres import Server

from oracle.store.database import Database
from oracle.store.errors import StoreNotEmpty, StoreUnusable
from oracle.wiring.restore_notice import noted_restoration

pytestmark = pytest.mark.postgres


@pytest.fixture
async def full(tmp_path: Path) -> Path:
    return await full_home(tmp_path / "bank-a")


def test_backup__of_a_database_that_is_not_reached__is_not_made(full: Path) -> None:
    away = "postgresql+psycopg://bank:secret@/riskmesh?host=/nowhere"

    with pytest.raises(StoreUnusable) as refused:
        made_of(with_store_at(full, away), full.parent / "bank-a.rmb")

    assert "secret" not in str(refused.value)
    assert [path.name for path in full.parent.iterdir()] == ["bank-a"]


async def test_backup__of_a_store_in_postgresql__is_brought_in_by_the_start_and_marked(
    full: Path, tmp_path: Path, postgres: Server
) -> None:
    old, new = (postgres.create(f"t{secrets.token_hex(8)}") for _ in range(2))
    database = await Database.open(old)
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO marks VALUES ('somebody', 'known')"))
    await database.close()
    restored = restored_from(made_of(with_store_at(full, old), tmp_path / "bank-a.rmb"))
    again = tmp_path / "again"

    database = await Database.open(new)
    for _ in range(2):  # a start that died before the notice was gone
        notice = (again / "restored.json").read_bytes()
        journal = await noted_restoration(again, database)
        (again / "restored.json").write_bytes(notice)
    async with database.reading() as connection:
        found = await connection.scalar(text("SELECT value FROM marks WHERE name = 'somebody'"))
    mark = await journal.current()
    await database.close()

    assert restored.store_waits
    assert found == "known"
    assert mark is not None
    assert mark.backed_up_at == restored.manifest.created_at
    assert not (again / "data" / "restored.db").exists()


async def test_restored_store__before_a_database_that_has_one__is_refused_and_kept(
    full: Path, tmp_path: Path, postgres: Server
) -> None:
    url = postgres.create(f"t{secrets.token_hex(8)}")
    database = await Database.open(url)
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO marks VALUES ('somebody', 'known')"))
    restored_from(made_of(with_store_at(full, url), tmp_path / "bank-a.rmb"))

    with pytest.raises(StoreNotEmpty):
        await noted_restoration(tmp_path / "again", database)
    await database.close()

    assert (tmp_path / "again" / "restored.json").exists()
    assert (tmp_path / "again" / "data" / "restored.db").exists()
