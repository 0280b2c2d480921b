"""Asks for the pass phrase where the environment and the configured file have none."""

import getpass
import sys
from pathlib import Path

from oracle.cli.errors import PassphraseWeak
from oracle.config.environment import Environment, read_environment
from oracle.config.errors import PassphraseMissing
from oracle.config.passphrase import Passphrase, find_passphrase
from oracle.config.settings import KeySettings

MIN_LENGTH = 12


def known_passphrase(environment: Environment, keys: KeySettings) -> Passphrase:
    """The pass phrase of existing keys."""
    return find_passphrase(environment, keys) or Passphrase(text=_asked("Pass phrase of the keys: "))


def passphrase_if_any(environment: Environment, keys: KeySettings) -> Passphrase | None:
    """As `known_passphrase`, or None where nobody can be asked."""
    found = find_passphrase(environment, keys)
    if found is not None or not sys.stdin.isatty():
        return found
    return Passphrase(text=_asked("Pass phrase of the keys: "))


def archive_passphrase(file: Path | None) -> Passphrase:
    """The pass phrase of a backup: a file's, else the environment's, else the one that is typed."""
    if file is not None:
        # The file was named for this; the variable is that of the keys.
        found = find_passphrase(Environment(), KeySettings(folder=Path(), passphrase_file=file))
    else:
        found = find_passphrase(read_environment(), KeySettings(folder=Path(), passphrase_file=None))
    return found or Passphrase(text=_asked("Pass phrase of the backup: "))


def new_passphrase(environment: Environment, file: Path | None, *, weak_allowed: bool) -> Passphrase:
    """A pass phrase for new keys; one that is typed is typed twice."""
    keys = KeySettings(folder=Path(), passphrase_file=file)
    found = find_passphrase(environment, keys)
    if found is None:
        found = Passphrase(text=_asked("New pass phrase for the keys: "))
        if _asked("Again: ") != found.text:
            raise PassphraseWeak("The two pass phrases differ. Run the command again.")
    if len(found.text) < MIN_LENGTH and not weak_allowed:
        raise PassphraseWeak(
            f"The pass phrase, all that protects the keys, has fewer than {MIN_LENGTH} characters. "
            "Choose a longer one."
        )
    return found


def _asked(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise PassphraseMissing
    return getpass.getpass(prompt)
