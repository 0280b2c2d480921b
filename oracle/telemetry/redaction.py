"""The last step before a log line is written: what the fields do not allow is masked."""

import re
from collections.abc import MutableMapping
from enum import Enum

from oracle.telemetry.fields import Shown, rule_of

EVENT = re.compile(r"[A-Za-z][A-Za-z ,_'-]{0,79}")
"""A fixed sentence. No digits, dots or signs: a text with a subject formatted into it does not pass."""


def redact(
    _logger: object,
    _method: str,
    event: MutableMapping[str, object],
) -> MutableMapping[str, object]:
    """A structlog processor. Never raises: a line that cannot be shown still says that it was there.

    A masked value leaves its type behind.
    """
    shown: MutableMapping[str, object] = {
        name: _show(name, value) for name, value in event.items() if name != "event"
    }
    text = event.get("event")
    shown["event"] = text if isinstance(text, str) and EVENT.fullmatch(text) else "(masked event)"
    return shown


def _show(name: str, value: object) -> Shown:
    if isinstance(value, Enum):
        return value.name.lower()
    if value is None or isinstance(value, bool):
        return value
    rule = rule_of(name)
    if rule is not None:
        try:
            return rule(value)
        except ValueError:
            pass
    return f"(masked {type(value).__name__})"
