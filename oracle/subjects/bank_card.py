"""Card numbers of ISO/IEC 7812: 12 to 19 digits, the last one a Luhn check digit."""

from stdnum import luhn

from oracle.subjects.refusals import SubjectReason
from oracle.subjects.spelling import compact

_LENGTHS = range(12, 20)


def read_bank_card(text: str) -> str | SubjectReason:
    """Digits alone, or why not."""
    number = compact(text)
    if not (number.isascii() and number.isdigit()):
        return SubjectReason.UNEXPECTED_CHARACTER
    if len(number) not in _LENGTHS:
        return SubjectReason.WRONG_LENGTH
    if not number.strip("0"):
        return SubjectReason.PLACEHOLDER
    return number if luhn.checksum(number) == 0 else SubjectReason.WRONG_CHECK_DIGIT
