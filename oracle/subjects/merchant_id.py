"""Merchant numbers: opaque, upper case, at most 64 letters, digits and `-_./`."""

import re

from oracle.subjects.refusals import SubjectReason

_MERCHANT = re.compile(r"[A-Z0-9._/-]+")
_MAX = 64
_PLACEHOLDERS = frozenset(("NULL", "NONE", "NIL", "N/A", "NA", "UNKNOWN", "UNDEFINED"))


def read_merchant_id(text: str) -> str | SubjectReason:
    """The number in upper case, or why not."""
    # Not `upper` first: it turns a few other letters into ASCII ones.
    number = text.upper() if text.isascii() else text
    if not _MERCHANT.fullmatch(number):
        return SubjectReason.UNEXPECTED_CHARACTER
    if len(number) > _MAX:
        return SubjectReason.WRONG_LENGTH
    if number in _PLACEHOLDERS or not number.strip("0._/-"):
        return SubjectReason.PLACEHOLDER
    return number
