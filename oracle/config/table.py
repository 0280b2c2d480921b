"""Takes typed values out of one TOML table and, at the end, refuses what nobody took."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from oracle.config.errors import InvalidSetting, MissingSetting, UnknownSetting


class Table:
    """One `[table]` of the file. Each method takes one key; a key without a default must be there."""

    def __init__(self, *, name: str, values: Mapping[str, object], home: Path) -> None:
        self._name = name
        self._values = values
        self._home = home
        self._known: set[str] = set()

    def has(self, key: str) -> bool:
        self._known.add(key)
        return key in self._values

    def text(self, key: str, *, expected: str, default: str | None = None) -> str:
        value = self._take(key, expected, default)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.invalid(key, expected)
        return value

    def texts(self, key: str, *, expected: str) -> tuple[str, ...]:
        """One text or a list of them; at least one."""
        value = self._take(key, expected, None)
        values = value if isinstance(value, list) else [value]
        texts = tuple(one for one in values if isinstance(one, str))
        if not texts or len(texts) != len(values):
            raise self.invalid(key, expected)
        return texts

    def choice(self, key: str, *, allowed: tuple[str, ...], default: str) -> str:
        expected = "one of " + ", ".join(f'"{one}"' for one in allowed)
        value = self.text(key, expected=expected, default=default)
        if value not in allowed:
            raise self.invalid(key, expected)
        return value

    def switch(self, key: str, *, default: bool) -> bool:
        expected = "true or false"
        value = self._take(key, expected, default)
        if not isinstance(value, bool):
            raise self.invalid(key, expected)
        return value

    def whole(self, key: str, *, low: int, high: int, default: int | None = None) -> int:
        """An integer within `low` and `high`, both included."""
        expected = f"a whole number from {low} to {high}"
        value = self._take(key, expected, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.invalid(key, expected)
        return value

    def seconds(self, key: str, *, low: float, high: float, default: float) -> float:
        """A duration within `low` and `high`, both included."""
        return self.number(key, low=low, high=high, default=default, unit="seconds")

    def number(self, key: str, *, low: float, high: float, default: float, unit: str) -> float:
        """A number within `low` and `high`, both included; TOML's `nan` and `inf` are outside."""
        expected = f"a number of {unit} from {low:g} to {high:g}"
        value = self._take(key, expected, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise self.invalid(key, expected)
        return float(value)

    def path(self, key: str, *, default: str | None = None) -> Path:
        """An absolute path; a relative one in the file starts at the file's folder."""
        text = self.text(key, expected="a path in quotes, absolute or relative to this file", default=default)
        return (self._home / Path(text).expanduser()).resolve()

    def invalid(self, key: str, expected: str) -> InvalidSetting:
        return InvalidSetting(f"{self._name}.{key}", expected)

    def close(self) -> None:
        """Refuse keys that no method took."""
        known = tuple(f"{self._name}.{key}" for key in self._known)
        for key in self._values:
            if key not in self._known:
                raise UnknownSetting(f"{self._name}.{key}", known)

    def _take(self, key: str, expected: str, default: object) -> object:
        self._known.add(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            for misspelt in get_close_matches(key, self._values, n=1):
                raise UnknownSetting(f"{self._name}.{misspelt}", (f"{self._name}.{key}",))
            raise MissingSetting(f"{self._name}.{key}", expected)
        return default
