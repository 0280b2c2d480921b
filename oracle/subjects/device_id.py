"""Device identifiers: IMEI as 15 digits; UUID, MAC and other hexadecimal in lower case; else as given."""

import re

from stdnum import luhn

from oracle.subjects.refusals import SubjectReason

_LABELLED = re.compile(r"(?i)(?:(imei|imeisv|imei/sv)(?::| |: ))?(.*)")
# Grouped as the GSM Association prints it (TAC 8 or 2+6 or 6+2, serial 6, check digit or software version).
_IMEI = re.compile(r"[0-9]{2}[/.-]?[0-9]{4}[/.-]?[0-9]{2}[/.-]?[0-9]{6}(?:[/.-]?[0-9]{1,2})?")
_UUID = re.compile(r"(?i)(?:urn:uuid:)?\{?([0-9a-f]{8})" + 3 * r"-?([0-9a-f]{4})" + r"-?([0-9a-f]{12})\}?")
_MAC = re.compile(
    r"(?i)[0-9a-f]{2}([:-]?)[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
)
_HEXADECIMAL = re.compile(r"(?i)[0-9a-f]{14,}")
_OPAQUE = re.compile(r"[!-~]+")
_MAX = 64
_IMEI_BODY = 14
_IMEI_CHECKED = 15
# What systems write when they know no device: all zeros, the broadcast address, the constant MAC address
# that phones show to apps, and the Android id that a well-known firmware gave to every phone.
_PLACEHOLDERS = frozenset(
    (
        *("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00", "9774d56d682e549c"),
        *("null", "none", "nil", "n/a", "na", "unknown", "undefined", "-"),
    )
)


def read_device_id(text: str) -> str | SubjectReason:
    """The canonical identifier, or why not; letter case is kept only where it may carry meaning."""
    value = _imei(text) or _hexadecimal(text) or text
    if isinstance(value, SubjectReason):
        return value
    if value.lower() in _PLACEHOLDERS or not value.strip("0:.-"):
        return SubjectReason.PLACEHOLDER
    if not _OPAQUE.fullmatch(value):
        return SubjectReason.UNEXPECTED_CHARACTER
    return value if len(value) <= _MAX else SubjectReason.WRONG_LENGTH


def _imei(text: str) -> str | SubjectReason | None:
    """15 digits; also from 14 (no check digit) and from the 16 of an IMEISV (the last two: software)."""
    labelled = _LABELLED.fullmatch(text)
    label, rest = labelled.groups() if labelled else (None, text)
    number = rest.replace(" ", "")
    if not _IMEI.fullmatch(number):
        return SubjectReason.MALFORMED if label else None
    digits = re.sub("[/.-]", "", number)
    if not digits.strip("0"):
        return SubjectReason.PLACEHOLDER
    if len(digits) == _IMEI_CHECKED and luhn.checksum(digits) != 0:
        return SubjectReason.WRONG_CHECK_DIGIT
    body = digits[:_IMEI_BODY]
    return body + luhn.calc_check_digit(body)


def _hexadecimal(text: str) -> str | None:
    uuid = _UUID.fullmatch(text)
    if uuid:
        return "-".join(uuid.groups()).lower()
    if _MAC.fullmatch(text):
        return ":".join(re.findall("..", re.sub("[:.-]", "", text))).lower()
    return text.lower() if _HEXADECIMAL.fullmatch(text) else None
