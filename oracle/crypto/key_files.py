"""A member's key folder: which files it holds, how they are created, and how a key gets its next version."""

import re
import secrets
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

from oracle.crypto import keystore, tls
from oracle.crypto.errors import KeyFileMissing
from oracle.crypto.group import random_scalar
from oracle.crypto.keystore import DEFAULT_WORK_FACTOR, create_folder, write_secret
from oracle.crypto.signing import Signer, generate_signing_key

CERTIFICATE_FILE = "tls.pem"


class KeyName(StrEnum):
    GOVERNANCE = "governance"
    """Cold: votes and rotates; the daemon never opens it."""
    OPERATOR = "operator"
    SEALING = "sealing"
    OPRF = "oprf"
    STORAGE = "storage"
    TLS = "tls"


ROTATED = frozenset({KeyName.OPERATOR, KeyName.SEALING, KeyName.OPRF})
"""Keys whose versions the registry counts; their files carry the version in their names."""
ACCOUNTS = frozenset({KeyName.GOVERNANCE, KeyName.OPERATOR})
AUDITORS = (KeyName.OPERATOR, KeyName.SEALING, KeyName.STORAGE, KeyName.TLS)
"""What an auditor has: it votes on nothing and evaluates nothing."""


def key_path(folder: Path, name: KeyName, version: int = 1) -> Path:
    """E.g. `operator-1.json`, `storage.json`, `tls-2.json`."""
    numbered = name in ROTATED or (name is KeyName.TLS and version > 1)
    return folder / (f"{name}-{version}.json" if numbered else f"{name}.json")


def certificate_path(folder: Path, version: int = 1) -> Path:
    """E.g. `tls.pem`, `tls-2.pem`."""
    return folder / (CERTIFICATE_FILE if version == 1 else f"tls-{version}.pem")


def create_key_files(
    folder: Path,
    passphrase: str,
    *,
    common_name: str,
    names: Iterable[KeyName] = KeyName,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> None:
    """These keys in their first version, all of a member's if not told, and a certificate with this name."""
    create_folder(folder)
    for name in names:
        secret = _generate(name)
        _write(key_path(folder, name), name, secret, passphrase, work_factor)
        if name is KeyName.TLS:
            certificate = tls.create_certificate(secret, common_name)
            keystore.write_new(folder / CERTIFICATE_FILE, tls.to_pem(certificate))


def add_version(
    folder: Path,
    name: KeyName,
    passphrase: str,
    *,
    common_name: str = "",
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> int:
    """Create the next version of a key beside the earlier ones; returns its number.

    `common_name` is what a new TLS certificate says. A crash in between leaves a whole version or none: the
    certificate, without which a TLS key is not there, comes last.
    """
    present = versions(folder, name)
    # The keys of one folder share one passphrase: a wrong one is found here, not at the next start.
    keystore.read_secret(key_path(folder, name, present[-1]), passphrase)
    version = present[-1] + 1
    path = key_path(folder, name, version)
    if name is not KeyName.TLS:
        _write(path, name, _generate(name), passphrase, work_factor)
        return version
    if not path.exists():
        _write(path, name, _generate(name), passphrase, work_factor)
    secret = keystore.read_secret(path, passphrase)
    certificate = tls.create_certificate(secret, common_name)
    keystore.write_new(certificate_path(folder, version), tls.to_pem(certificate))
    return version


def versions(folder: Path, name: KeyName) -> list[int]:
    """The versions of a key that are there, ascending; raises when there is none."""
    suffix = "pem" if name is KeyName.TLS else "json"
    pattern = re.compile(rf"{name}-([1-9][0-9]*)\.{suffix}")
    matches = map(pattern.fullmatch, (path.name for path in folder.glob(f"{name}-*.{suffix}")))
    found = sorted(int(match[1]) for match in matches if match is not None)
    if name is KeyName.TLS and key_path(folder, name).is_file():
        found.insert(0, 1)
    if not found:
        raise KeyFileMissing(f"There is no {name} key in {folder}. Restore the folder, or create keys first.")
    return found


def open_governance(folder: Path, passphrase: str) -> Signer:
    """The cold key, for one ballot or one rotation on the command line."""
    return Signer(keystore.read_secret(key_path(folder, KeyName.GOVERNANCE), passphrase))


def _write(path: Path, name: KeyName, secret: bytes, passphrase: str, work_factor: int) -> None:
    write_secret(path, secret, passphrase, work_factor=work_factor, is_account=name in ACCOUNTS)


def _generate(name: KeyName) -> bytes:
    return _GENERATORS.get(name, _random_bytes)()


def _random_bytes() -> bytes:
    return secrets.token_bytes(keystore.SECRET_SIZE)


_GENERATORS: dict[KeyName, Callable[[], bytes]] = {
    KeyName.GOVERNANCE: generate_signing_key,
    KeyName.OPERATOR: generate_signing_key,
    KeyName.OPRF: random_scalar,
}
