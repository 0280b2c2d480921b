"""A private PostgreSQL server in a folder of its own: started by whoever needs it, ended with the tests.

It listens on a socket in that folder only. As root it runs as the account of the Debian package, because
PostgreSQL refuses to run as root.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

DEBIAN = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
START_S = 60


class PostgresMissing(Exception):
    """No server is installed; the text says which package brings it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server; every test makes databases of its own."""

    folder: Path

    def create(self, name: str) -> str:
        """A new, empty database; its URL as `[store] url` takes it."""
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"postgresql+psycopg://{ACCOUNT}@/{name}?host={self.folder}"

    def _dsn(self, name: str) -> str:
        return f"host={self.folder} user={ACCOUNT} dbname={name}"


def _programs() -> Path:
    """The folder with `initdb` and `postgres`: on the PATH, or where Debian puts them, newest first."""
    found = shutil.which("initdb")
    if found is not None and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    for folder in sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True):
        if (folder / "initdb").exists():
            return folder
    raise PostgresMissing(
        "PostgreSQL is not on this machine: install the package postgresql "
        "(Debian: apt-get install postgresql), then run `make test-postgres` again"
    )


def _account() -> dict[str, int]:
    """Whom the server runs as, for `subprocess`: root may not."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(ACCOUNT)
    return {"user": entry.pw_uid, "group": entry.pw_gid}


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server and end it, and its folder, with the block. Raises `PostgresMissing`."""
    programs, account = _programs(), _account()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if account:
        os.chown(folder, account["user"], account["group"])
    data, log = folder / "data", folder / "log"
    try:
        _run(
            [programs / "initdb", "-D", data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            account,
        )
        # The tests end daemons, never this server: what it has written need not survive the machine.
        settings = ("listen_addresses=''", f"unix_socket_directories={folder}", "fsync=off")
        options = " ".join(f"-c {setting}" for setting in (*settings, "max_connections=200"))
        control = [programs / "pg_ctl", "-D", data, "-l", log, "-w", "-t", str(START_S)]
        _run([*control, "-o", options, "start"], account)
        try:
            yield Server(folder=folder)
        finally:
            _run([*control, "-m", "immediate", "stop"], account)
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)


def _run(command: Sequence[str | Path], account: dict[str, int]) -> None:
    done = subprocess.run(  # noqa: S603 - programs of the package, arguments of this file
        list(map(str, command)),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **account,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr}")
