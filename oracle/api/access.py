"""Who may speak to the interface: the owner of a socket file, or whoever on this machine shows the token."""

import ipaddress
import os
import secrets
import socket
import stat
from pathlib import Path
from typing import ClassVar

from oracle.config.settings import SocketAddress
from oracle.domain.errors import Misconfigured

MIN_TOKEN_LENGTH = 32
_MAX_SOCKET_PATH = 107  # sun_path on Linux, less the closing zero
_TOKEN_FILE_LIMIT = 4096


class ListenRefused(Misconfigured):
    """The interface cannot, or must not, listen where the configuration says."""

    code: ClassVar[str] = "api_listen_refused"


class TokenUnusable(Misconfigured):
    """The file with the bearer token is missing, readable by others, or too short."""

    code: ClassVar[str] = "api_token_unusable"


def bind_unix(path: Path) -> socket.socket:
    """A listening socket that only this account can reach: file 0600 in a folder 0700.

    A file left behind by a daemon that died is replaced; one that answers is another daemon's.
    """
    if len(os.fsencode(path)) > _MAX_SOCKET_PATH:
        raise ListenRefused(
            f"The socket path {path} has more than {_MAX_SOCKET_PATH} bytes. Set api.socket to a shorter one."
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.stat().st_mode & 0o077:
            raise ListenRefused(
                f"Other accounts can reach {path.parent}. Run 'chmod 700' on it, or change api.socket."
            )
        _clear(path)
        return _bound(path)
    except OSError as error:
        raise ListenRefused(
            f"Cannot listen on {path}: {error.strerror}. Give this account the folder, or change api.socket."
        ) from error


def _clear(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenRefused(f"{path} is there and is no socket. Move it away, or change api.socket.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise ListenRefused(f"Another daemon is listening on {path}. Stop it first, or change api.socket.")


def _bound(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(os.fspath(path))
        path.chmod(0o600)  # until here the folder's mode keeps others out
    except OSError:
        listening.close()
        raise
    return listening


def bind_loopback(address: SocketAddress, *, setting: str = "api.listen") -> socket.socket:
    """A listening socket on a loopback address; any other address is refused, naming the `setting`."""
    host = "127.0.0.1" if address.host == "localhost" else address.host
    try:
        loopback = ipaddress.ip_address(host)
    except ValueError:
        loopback = None
    if loopback is None or not loopback.is_loopback:
        raise ListenRefused(
            f"{setting} is {address.host}, which other machines may reach. "
            "Set it to 127.0.0.1 or [::1] with a port."
        )
    family = socket.AF_INET6 if loopback.version == 6 else socket.AF_INET  # noqa: PLR2004 - IP version
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, address.port))
    except OSError as error:
        listening.close()
        raise ListenRefused(
            f"Cannot listen on {address}: {error.strerror}. Free the port, or change {setting}."
        ) from error
    return listening


def loopback_hosts(port: int) -> frozenset[str]:
    """The Host headers of someone who means this machine. Anything else comes from a rebound name."""
    return frozenset(f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))


def create_token(path: Path) -> None:
    """Write a new token where there is none; only this account can read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")


def read_token(path: Path) -> str:
    """The token in the file."""
    remedy = f"Run 'chmod 600 {path}', or delete it and restart the daemon, which then writes a new one."
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_TOKEN_FILE_LIMIT).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenUnusable(f"Cannot read the interface's token in {path}. {remedy}") from error
    if not stat.S_ISREG(mode) or mode & 0o077:
        raise TokenUnusable(f"Other accounts can read the interface's token in {path}. {remedy}")
    if len(text) < MIN_TOKEN_LENGTH:
        raise TokenUnusable(
            f"The interface's token in {path} has fewer than {MIN_TOKEN_LENGTH} characters. {remedy}"
        )
    return text
