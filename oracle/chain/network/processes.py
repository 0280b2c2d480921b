"""Nodes in the background: started apart from this process, found by their pid files, ended by their ids."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from oracle.chain.network.errors import NodeDidNotStart, NodeDidNotStop
from oracle.chain.network.folder import NodePlace
from oracle.config.environment import child_environment

STOP_S = 30.0
_START_S = 10.0
_LAST_LINES = 5


def start(command: list[str], place: NodePlace) -> int:
    """Starts a node that outlives this process; its process id."""
    pid = os.posix_spawn(
        command[0],
        command,
        child_environment(),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    place.pid.write_text(f"{pid}\n")
    # For a moment after its start a process has no arguments by which it could be known.
    _until(lambda: _ended(pid) or running(place) is not None, _START_S)
    return pid


def run_to_end(command: Sequence[str], place: NodePlace) -> None:
    """Raises NodeDidNotStart with the end of what it said."""
    done = subprocess.run(  # noqa: S603 - the client that the operator chose
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=place.root, check=False
    )
    place.log.write_text(done.stdout + done.stderr)
    if done.returncode != 0:
        raise NodeDidNotStart(f"The client ended with status {done.returncode}: {last_words(place)}")


def running(place: NodePlace) -> int | None:
    """The process id if the node runs. A pid file that is left over may name somebody else's process."""
    try:
        pid = int(place.pid.read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(place.data) in arguments and not _ended(pid) else None


def stop(place: NodePlace, number: signal.Signals = signal.SIGTERM, *, wait_s: float = STOP_S) -> bool:
    """Ends a node and waits for it; False when it did not run. Raises NodeDidNotStop."""
    pid = running(place)
    if pid is None:
        place.pid.unlink(missing_ok=True)
        return False
    os.kill(pid, number)
    if not _until(lambda: running(place) is None, wait_s):
        raise NodeDidNotStop(f"Node {place.root.name} (process {pid}) did not end within {wait_s:.0f} s")
    _reap(pid)
    place.pid.unlink(missing_ok=True)
    return True


def last_words(place: NodePlace) -> str:
    """The end of a node's log, for an error's text."""
    try:
        lines = place.log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    said = " / ".join(line.strip() for line in lines[-_LAST_LINES:]) or "it said nothing"
    return f"{said} (log: {place.log})"


def _ended(pid: int) -> bool:
    """Gone, or only its exit status is left for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _reap(pid: int) -> None:
    """Where the node is a child of this very process, nobody else takes note of its end."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _until(holds: Callable[[], bool], wait_s: float) -> bool:
    end = time.monotonic() + wait_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
