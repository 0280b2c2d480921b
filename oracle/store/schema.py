"""Brings a store's schema up to date: all steps that it lacks in one transaction, or none of them."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from oracle.store.errors import StoreNewer


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing steps on this connection's transaction. Raises `StoreNewer`."""
    config = steps_config()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    found = set(MigrationContext.configure(connection).get_current_heads())
    if found - known:
        raise StoreNewer(
            f"the store has schema {', '.join(sorted(found))}, which this version of Riskmesh does not know: "
            "a later version has used it, and it is left alone. Start that version again, or restore the "
            "backup that was made with this or an earlier version"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def steps_config() -> Config:
    """What alembic needs to find the schema steps."""
    config = Config()
    config.set_main_option("script_location", str(schema_steps()).replace("%", "%%"))
    return config


def schema_steps() -> Path:
    """Folder of the schema steps: in the wheel inside the package, in a checkout beside it."""
    packaged = Path(str(files("oracle"))) / "_migrations" / "store"
    return packaged if packaged.is_dir() else Path(str(files("oracle"))).parent / "migrations" / "store"
