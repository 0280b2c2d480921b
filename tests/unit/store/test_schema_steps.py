"""Every earlier schema with data in every table: all of it is there after the upgrade, or nothing changed."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, LargeBinary, MetaData, String, Table, Text, inspect, select, text
from sqlalchemy.exc import DBAPIError
from stage.stores import step_to, synchronous

from oracle.store.database import Database
from oracle.store.errors import StoreUnusable
from oracle.store.schema import steps_config
from oracle.store.tables import metadata

ROWS = 3
GREATEST = 2**63 - 1
LIMITS = {"sqlite": GREATEST, "postgresql": 2**31 - 1}
"""The greatest whole number that every column of every schema takes."""
DROPPED = frozenset({"case_answers", "folded"})
"""What a step left behind on purpose: an answer of the form before is made anew when it is asked for; sums of
what was folded are part of the totals of pairs (`test_totals_of_pairs.py`)."""


def _steps() -> ScriptDirectory:
    return ScriptDirectory.from_config(steps_config())


def _revisions() -> list[str]:
    return [step.revision for step in _steps().walk_revisions()]


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for name, table in sorted(found.tables.items()) if name != "alembic_version"]


def _row(table: Table, number: int, greatest: int) -> dict[str, object]:
    """Values that differ between rows and columns and use the width of their column."""
    values: dict[str, object] = {}
    for place, column in enumerate(table.columns):
        if isinstance(column.type, LargeBinary):
            values[column.name] = bytes([number, place]) + b"\x00\xff" * 200
        elif isinstance(column.type, String | Text):
            values[column.name] = f"{column.name[:12]} {number}"
        elif isinstance(column.type, DateTime):
            # SQLite keeps no time zone; the column is PostgreSQL's alone.
            values[column.name] = datetime(2030, 1, 1 + number, tzinfo=UTC if column.type.timezone else None)
        else:
            values[column.name] = greatest - 100 * number - place
    return values


def _fill(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """Put rows into every table; what was put there, by table."""
    filled = {}
    greatest = LIMITS[connection.dialect.name]
    for table in _tables(connection):
        filled[table.name] = [_row(table, number, greatest) for number in range(ROWS)]
        connection.execute(table.insert(), filled[table.name])
    return filled


def test_steps__as_they_are__form_one_line() -> None:
    steps = _steps()

    assert len(steps.get_heads()) == 1
    assert len(steps.get_bases()) == 1
    assert all(isinstance(step.down_revision, str | None) for step in steps.walk_revisions())


@pytest.mark.parametrize("revision", _revisions())
async def test_upgrade__of_an_earlier_schema_with_rows_in_every_table__keeps_every_value(
    store_url: str, revision: str
) -> None:
    step_to(store_url, revision)
    with synchronous(store_url) as connection:
        filled = _fill(connection)

    database = await Database.open(store_url)

    async with database.reading() as reading:
        assert await reading.run_sync(_differences) == []
    await database.close()
    assert all(len(rows) == ROWS for rows in filled.values())
    with synchronous(store_url) as connection:
        now = {table.name: table for table in _tables(connection)}
        for name, rows in filled.items():
            if name in DROPPED:
                continue
            found = connection.execute(select(now[name])).mappings().all()
            kept = [{column: row[column] for column in rows[0]} for row in found]
            assert sorted(kept, key=repr) == sorted(rows, key=repr), name


async def test_upgrade__that_fails_on_its_way__leaves_the_earlier_schema_and_goes_on_once_it_can(
    store_url: str,
) -> None:
    first = _revisions()[-1]
    step_to(store_url, first)
    with synchronous(store_url) as connection:
        filled = _fill(connection)
        # Some later step makes this table, too: its name is taken, by whom we do not know.
        connection.execute(text("CREATE TABLE answers_before (unknown INTEGER)"))
        before = sorted(inspect(connection).get_table_names())

    with pytest.raises(StoreUnusable) as refused:
        await Database.open(store_url)

    assert isinstance(refused.value.__cause__, DBAPIError)
    with synchronous(store_url) as connection:
        assert sorted(inspect(connection).get_table_names()) == before
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == first
        for table in _tables(connection):
            if table.name in filled:
                assert len(connection.execute(select(table)).all()) == ROWS
        connection.execute(text("DROP TABLE answers_before"))
    database = await Database.open(store_url)
    await database.close()
    with synchronous(store_url) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == _steps().get_heads()[0]
