"""Runs `riskmesh`, and ends its own process with SIGKILL at one chosen write to the store.

    python stops_at_a_write.py STEP before|after LOG riskmesh arguments …

STEP names a write as `INSERT answers` or `UPDATE answers sealed`: statement, table, and the state that the
row takes, where it matters. `before` the commit nothing of it is on the disk; `after` it all is, and nothing
that would follow from it has happened. Every step that is passed is written to LOG. The product knows
nothing of this: the hooks are the events of SQLAlchemy.
"""

import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from oracle.cli.app import run

WRITE = re.compile(r"(INSERT) INTO (\w+)|(UPDATE) (\w+)|(DELETE) FROM (\w+)")
STATES = ("state", "status")


class Stops:
    """Follows what each connection writes from its first statement to its commit."""

    def __init__(self, step: str, when: str, log: Path) -> None:
        self._step = step
        self._when = when
        self._log = log

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._executing)
        event.listen(Engine, "commit", self._committing)
        event.listen(Engine, "rollback", self._rolled_back)
        event.listen(Pool, "reset", self._released)

    def _executing(
        self, connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any
    ) -> None:
        found = WRITE.match(statement)
        if found is None:
            return
        operation, table = (part for part in found.groups() if part)
        # Rows written many at once go to the driver as they are: there is nothing to read a state from.
        compiled = next(iter(getattr(context, "compiled_parameters", ())), {})
        state = next((str(compiled[name]) for name in STATES if name in compiled), "")
        step = " ".join(part for part in (operation, table, state) if part)
        connection.info.setdefault("written", []).append(step)

    def _committing(self, connection: Any) -> None:
        written = connection.info.pop("written", [])
        for step in written:
            with self._log.open("a") as log:
                log.write(f"{step}\n")
        if any(f"{step} ".startswith(f"{self._step} ") for step in written):
            if self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            connection.info["stop"] = True

    def _rolled_back(self, connection: Any) -> None:
        connection.info.pop("written", None)

    def _released(self, _dbapi: Any, record: Any, _state: Any) -> None:
        """The connection goes back to the pool: the commit is done and nobody has been told."""
        if record.info.pop("stop", False):
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    step, when, log, *arguments = sys.argv[1:]
    Stops(step, when, Path(log)).listen()
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
