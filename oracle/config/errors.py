"""What can be wrong with a configuration; each says which key, what is wrong and what to write."""

from difflib import get_close_matches
from pathlib import Path

from oracle.domain.errors import Misconfigured


class ConfigurationUnreadable(Misconfigured):
    """The file is not there, may not be read, or is not TOML."""

    code = "configuration_unreadable"

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        super().__init__(f"Cannot read the configuration {path}: {why}. {remedy}")
        self.path = path


class UnknownSetting(Misconfigured):
    """A table or key that no version we know has; it would be ignored silently if we let it pass."""

    code = "unknown_setting"

    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        nearest = get_close_matches(key, known, n=1)
        remedy = f"Did you mean {nearest[0]}?" if nearest else f"Known here: {', '.join(sorted(known))}."
        super().__init__(f"The configuration has {key}, which does not exist. {remedy}")
        self.key = key
        self.nearest = nearest[0] if nearest else None


class MissingSetting(Misconfigured):
    """A key without a sensible default is not there."""

    code = "missing_setting"

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"The configuration lacks {key}. Write {expected}.")
        self.key = key


class InvalidSetting(Misconfigured):
    """A value of another type or outside its range. The value itself is not repeated: it may be a secret."""

    code = "invalid_setting"

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"The value of {key} in the configuration is not usable. Write {expected}.")
        self.key = key


class PassphraseMissing(Misconfigured):
    """No pass phrase for the keystore, and nobody to ask."""

    code = "passphrase_missing"

    def __init__(self) -> None:
        super().__init__(
            "The keystore is locked and no pass phrase was given. Set keys.passphrase_file to a file that "
            "only this account can read, or set RISKMESH_PASSPHRASE, or run in a terminal to be asked."
        )


class PassphraseFileUnusable(Misconfigured):
    """The pass phrase file is not there, is empty, or others can read it."""

    code = "passphrase_file_unusable"

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        super().__init__(f"The pass phrase file {path} {why}. {remedy}")
        self.path = path
