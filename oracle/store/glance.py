"""A look at a store that changes nothing in it: its schema, and whether this program knows it."""

from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from oracle.store.engine import create_engine
from oracle.store.errors import StoreUnusable
from oracle.store.schema import steps_config
from oracle.store.tables import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a store says without being brought up to date."""

    revision: str | None
    """None while no schema step has been run."""
    newest: str
    """The last step that this program knows."""
    known: bool
    """Whether `revision` is one of its steps."""
    rows: dict[str, int]
    """Of the tables that this program knows and the store has."""


async def glance(url: str) -> Glance | None:
    """None where there is no store yet. Raises `StoreUnusable`."""
    if not _is_there(url):
        return None
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            revision = await connection.run_sync(_revision)
            rows = await connection.run_sync(_rows)
    except DBAPIError as error:
        raise StoreUnusable(
            f"the store cannot be read ({type(error).__name__}); check that [store] url names the right "
            "database and that this account may read it"
        ) from error
    finally:
        await engine.dispose()
    steps = ScriptDirectory.from_config(steps_config())
    newest = steps.get_current_head() or ""
    known = revision is None or revision in {step.revision for step in steps.walk_revisions()}
    return Glance(revision=revision, newest=newest, known=known, rows=rows)


def _is_there(url: str) -> bool:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnusable("[store] url is not a database URL; see docs/operations.md") from error
    return not parsed.drivername.startswith("sqlite") or Path(parsed.database or "").is_file()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _rows(connection: Connection) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
        if table.name in there
    }
