"""Phone numbers in E.164: possible numbers of the `phonenumbers` metadata, without extensions."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from oracle.subjects.refusals import SubjectReason
from oracle.subjects.spelling import compact

INTERNATIONAL = "+"
"""A region hint: numbers without + or 00 begin with their country code."""

_MAX_DIGITS = 15  # ITU-T E.164, 6.1; the metadata of some countries allows more
_GROUPING = dict.fromkeys(map(ord, "().·/~"), None)
_EXTENSION = re.compile(r"(?i)[\d)](?:;?ext|x|#|,|分机|转)")


def read_phone(text: str, *, region: str | None) -> str | SubjectReason:
    """E.164 with +, or why not. `region`: ISO 3166 code for national spellings, or `INTERNATIONAL`."""
    number = compact(re.sub("(?i)^tel:", "", text)).translate(_GROUPING)
    if not re.fullmatch(r"\+?[0-9]+", number):
        extended = _EXTENSION.search(number)
        return SubjectReason.EXTENSION_GIVEN if extended else SubjectReason.UNEXPECTED_CHARACTER
    if number.startswith("00"):
        number = "+" + number[2:]
    elif not number.startswith("+"):
        if region is None:
            return SubjectReason.NO_COUNTRY_CODE
        if region == INTERNATIONAL:
            number = "+" + number
    formatted = _e164(number, None if region == INTERNATIONAL else region)
    if isinstance(formatted, SubjectReason) or formatted == number:
        return formatted
    # A trunk zero was dropped. If that leaves another, the number has no stable form.
    return formatted if _e164(formatted, None) == formatted else SubjectReason.IMPOSSIBLE_NUMBER


def _e164(number: str, region: str | None) -> str | SubjectReason:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return SubjectReason.UNKNOWN_COUNTRY_CODE
        return SubjectReason.IMPOSSIBLE_NUMBER
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return SubjectReason.IMPOSSIBLE_NUMBER
    formatted = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return formatted if len(formatted) <= 1 + _MAX_DIGITS else SubjectReason.IMPOSSIBLE_NUMBER
