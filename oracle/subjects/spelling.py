"""What all types share: bounded input, NFKC, invisible characters, dashes, digits of other scripts."""

import re
import unicodedata

from oracle.subjects.refusals import SubjectReason

MAX_INPUT = 512
"""Characters; longer input is refused before anything else looks at it."""

_JOINERS = "\u200c\u200d"  # they tell words apart in Persian and Indic labels, so domains keep them
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_INVISIBLE_OR_JOINER = re.compile(f"{_INVISIBLE.pattern}|[{_JOINERS}]")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\u30fc"), "-")
_SEPARATORS = dict.fromkeys(map(ord, " -"), None)


def visible(raw: str) -> str | SubjectReason:
    """`raw` trimmed and without invisible characters other than joiners; its letters are not normalised."""
    if len(raw) > MAX_INPUT:
        return SubjectReason.INPUT_TOO_LONG
    text = raw.strip() if raw.isascii() else _INVISIBLE.sub("", raw).strip()
    return _readable(text)


def plain(raw: str) -> str | SubjectReason:
    """`raw` trimmed, without invisible characters, in NFKC, with every dash as `-` and every digit as 0-9."""
    if len(raw) > MAX_INPUT:
        return SubjectReason.INPUT_TOO_LONG
    if raw.isascii():
        return _readable(raw.strip())
    text = unicodedata.normalize("NFKC", _INVISIBLE_OR_JOINER.sub("", raw)).strip().translate(_DASHES)
    # One compatibility character may stand for eighteen.
    if len(text) > MAX_INPUT:
        return SubjectReason.INPUT_TOO_LONG
    return _readable("".join(map(_ascii_digit, text)))


def compact(text: str) -> str:
    """Text from `plain` without the spaces and dashes that people group digits with."""
    return text.translate(_SEPARATORS)


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character, character))


def _readable(text: str) -> str | SubjectReason:
    if not text.strip(_JOINERS):
        return SubjectReason.EMPTY
    if text.isprintable() or re.sub(f"[{_JOINERS}]", "", text).isprintable():
        return text
    return SubjectReason.UNREADABLE_CHARACTER
