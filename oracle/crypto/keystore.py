"""Secrets of 32 bytes as keystore V3 files: encrypted, readable by their owner only, never overwritten."""

import json
import os
import secrets
from pathlib import Path

from oracle.crypto.errors import (
    KeyFileDamaged,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    PassphraseWrong,
    require_length,
)
from oracle.crypto.key_library import key_library

DEFAULT_WORK_FACTOR = 262_144
"""scrypt's N: a guess at the passphrase costs 256 MiB and most of a second."""
SECRET_SIZE = 32
VERSION = 3

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_OTHERS = 0o077


def create_folder(folder: Path) -> None:
    """Make the folder for key files, open to its owner only."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _refuse_exposed(folder)


def write_secret(
    path: Path,
    secret: bytes,
    passphrase: str,
    *,
    work_factor: int = DEFAULT_WORK_FACTOR,
    is_account: bool = False,
) -> None:
    """Encrypt `secret` into a new file; `is_account` keeps the address, as wallets expect it."""
    require_length("secret for a key file", secret, SECRET_SIZE)
    content = key_library().create_keyfile_json(
        secret, passphrase.encode(), version=VERSION, kdf="scrypt", iterations=work_factor
    )
    if not is_account:
        # The format's address is that of a secp256k1 key, which these secrets are not.
        del content["address"]
    write_new(path, json.dumps(content, indent=2, sort_keys=True).encode() + b"\n")


def read_secret(path: Path, passphrase: str) -> bytes:
    """The secret of a key file; every way in which that fails names the file and what to do."""
    if not path.is_file():
        raise KeyFileMissing(f"The key file {path} does not exist. Restore it, or create keys first.")
    _refuse_exposed(path.parent)
    _refuse_exposed(path)
    try:
        content = json.loads(path.read_bytes())
        if content["version"] != VERSION:
            raise KeyFileDamaged(f"The key file {path} is not a keystore of version {VERSION}.")
        if not content["crypto"]["mac"] or not content["crypto"]["ciphertext"]:
            raise KeyFileDamaged(f"The key file {path} is incomplete. Restore it from a backup.")
    except (ValueError, KeyError, TypeError):
        raise KeyFileDamaged(f"The key file {path} is not a keystore. Restore it from a backup.") from None
    return _decrypt(path, content, passphrase)


def write_new(path: Path, content: bytes) -> None:
    """Write a whole private file or none, and refuse to replace one that exists."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, fails when the name is taken: no key is ever lost to a second one.
        os.link(draft, path)
    except FileExistsError:
        raise KeyFileExists(f"{path} exists already and is not overwritten.") from None
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _decrypt(path: Path, content: dict[str, object], passphrase: str) -> bytes:
    try:
        secret = bytes(key_library().decode_keyfile_json(content, passphrase.encode()))
    except ValueError as error:
        if str(error) == "MAC mismatch":
            raise PassphraseWrong(
                f"The passphrase does not open the key file {path}, or the file was altered. Give the one "
                "it was created with."
            ) from None
        raise KeyFileDamaged(f"The key file {path} is damaged. Restore it from a backup.") from None
    except (KeyError, TypeError, NotImplementedError):
        raise KeyFileDamaged(f"The key file {path} is damaged. Restore it from a backup.") from None
    if len(secret) != SECRET_SIZE:
        raise KeyFileDamaged(f"The key file {path} holds no secret of {SECRET_SIZE} bytes.")
    return secret


def _refuse_exposed(path: Path) -> None:
    if path.stat().st_mode & _OTHERS:
        mode = _FOLDER_MODE if path.is_dir() else _FILE_MODE
        raise KeyFileExposed(
            f"Others than its owner may access {path}. Run `chmod {mode:o} {path}`, "
            "and rotate the keys if others could have read them."
        )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
