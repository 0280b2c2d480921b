"""Finds the pass phrase of the keystore: the environment first, then a file that only its owner can read."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from oracle.config.environment import Environment
from oracle.config.errors import PassphraseFileUnusable
from oracle.config.settings import KeySettings

MAX_SIZE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Passphrase:
    """Opens the keystore. Its `repr` shows nothing."""

    text: str = field(repr=False)


def find_passphrase(environment: Environment, keys: KeySettings) -> Passphrase | None:
    """The pass phrase, or None when the operator has to be asked.

    Raises PassphraseFileUnusable when the configured file cannot be trusted.
    """
    if environment.passphrase is not None:
        return Passphrase(text=environment.passphrase)
    if keys.passphrase_file is not None:
        return _read(keys.passphrase_file)
    return None


def _read(path: Path) -> Passphrase:
    remedy = f"Write the pass phrase into it and run: chmod 600 {path}"
    try:
        # The mode is asked of the open file, so that it cannot be exchanged between the look and the read.
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise PassphraseFileUnusable(path, f"cannot be read ({error.strerror})", remedy) from error
    if not stat.S_ISREG(mode) or mode & 0o077:
        raise PassphraseFileUnusable(path, "is open to other accounts, or is no plain file", remedy)
    try:
        text = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        # Not chained: the original carries the content.
        raise PassphraseFileUnusable(path, "is not UTF-8", remedy) from None
    if not text or len(content) > MAX_SIZE:
        raise PassphraseFileUnusable(path, f"is empty or longer than {MAX_SIZE} bytes", remedy)
    return Passphrase(text=text)
