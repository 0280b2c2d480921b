"""A home folder with everything in it, a backup of it, and what comes of that."""

import sqlite3
from contextlib import closing
from pathlib import Path

import lmdb
from stage.founding import open_store

from oracle.cli.institution import configuration_values, create_institution, write_files
from oracle.config.loading import load_settings, parse_settings
from oracle.config.passphrase import Passphrase
from oracle.config.template import render
from oracle.wiring.recovery.backing_up import back_up
from oracle.wiring.recovery.restoring import Restored, restore

PASSPHRASE = "opens keys of tests"
QUICK = 1


def unwatched(_done: int, _total: int) -> None:
    """Nobody watches."""


async def full_home(home: Path) -> Path:
    """A home with a store and a dataset, as a daemon leaves them."""
    values = configuration_values(
        name="Bank A",
        endpoint="https://127.0.0.1:8443",
        listen="127.0.0.1:8443",
        rpc=None,
        deployment="deployment.json",
        passphrase_file=None,
        api_listen="127.0.0.1:8480",  # the path of a socket would be too long here
        private_endpoints=False,
    )
    target, text = home / "riskmesh.toml", render(values)
    settings = parse_settings(text, path=target)
    application = create_institution(settings, Passphrase(text=PASSPHRASE), 2)
    write_files(target, text, application)
    database = await open_store(home / "data" / "state.db")
    await database.close()
    with closing(sqlite3.connect(home / "data" / "state.db")) as store:
        store.execute("INSERT INTO marks VALUES ('event_cursor', '17')")
        store.commit()
    folder = home / "data" / "dataset"
    with closing(lmdb.open(str(folder), max_dbs=2)) as dataset, dataset.begin(write=True) as rows:
        rows.put(b"who", b"sealed", db=dataset.open_db(b"records", txn=rows))
    return home


def made_of(home: Path, file: Path) -> Path:
    configuration = home / "riskmesh.toml"
    back_up(load_settings(configuration), configuration, file, PASSPHRASE, unwatched, cost=QUICK)
    return file


def restored_from(made: Path, member: str | None = None) -> Restored:
    return restore(made, made.parent / "again", PASSPHRASE, member=member, told=unwatched)


def with_store_at(home: Path, url: str) -> Path:
    """The same institution, its store in another database."""
    configuration = home / "riskmesh.toml"
    text = configuration.read_text()
    line = next(one for one in text.splitlines() if "url =" in one)
    configuration.write_text(text.replace(line, f'url = "{url}"'))
    return home
