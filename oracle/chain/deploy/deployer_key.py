"""The key that deploys: from a file, or made for this one deployment where gas costs nothing."""

import json
import os
import secrets
from pathlib import Path

from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import BadDeployerKey
from oracle.chain.files import PRIVATE, write_atomically
from oracle.crypto.key_library import key_library
from oracle.domain.errors import Refused

_KEY_SIZE = 32


def read_signer(path: Path, passphrase: str | None) -> AccountSigner:
    """A keystore V3 file, or 64 hexadecimal digits. Raises BadDeployerKey."""
    try:
        content = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadDeployerKey(f"The deployer's key file {path} cannot be read") from error
    if not content.startswith("{"):
        return _signer(content, path)
    if passphrase is None:
        raise BadDeployerKey(
            f"The deployer's key file {path} is encrypted; set RISKMESH_PASSPHRASE to open it"
        )
    try:
        key = bytes(key_library().decode_keyfile_json(json.loads(content), passphrase.encode()))
    except (ValueError, KeyError, TypeError):
        # Without the cause: some of these errors quote what they were given.
        raise BadDeployerKey(
            f"The deployer's key file {path} does not open with this pass phrase, or is not a keystore"
        ) from None
    return AccountSigner(key)


def throwaway_signer(path: Path) -> AccountSigner:
    """A key of its own for one deployment, kept until that is finished so that it can be taken up again."""
    if not path.exists():
        write_atomically(path, secrets.token_bytes(_KEY_SIZE).hex().encode() + b"\n", PRIVATE)
    return read_signer(path, None)


def forget(path: Path) -> None:
    """Overwrites and removes a key that holds no role any more."""
    if path.exists():
        with path.open("r+b") as file:
            file.write(b"0" * (2 * _KEY_SIZE))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _signer(content: str, path: Path) -> AccountSigner:
    try:
        key = bytes.fromhex(content.removeprefix("0x"))
    except ValueError:
        key = b""
    try:
        return AccountSigner(key)
    except Refused:
        # Without the cause, which may say how the key is wrong.
        raise BadDeployerKey(
            f"The deployer's key file {path} is neither a keystore nor a key of 64 hexadecimal digits"
        ) from None
