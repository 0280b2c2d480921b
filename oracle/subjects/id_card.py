"""Resident identity numbers of GB 11643: 18 characters; the 15 digits of before 1999 are upgraded."""

import re
from datetime import date

from stdnum.cn.ric import calc_check_digit

from oracle.subjects.refusals import SubjectReason
from oracle.subjects.spelling import compact

# GB/T 2260. 81 to 83: residence permits of Hong Kong, Macao and Taiwan residents. Counties are not checked:
# they are renamed and merged, and no list of them is complete for every year of birth.
_PROVINCES = frozenset(
    (
        *(*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47)),
        *(*range(50, 55), *range(61, 66), 71, 81, 82, 83),
    )
)
_OLD_LENGTH = 15  # GB 11643-1989
_CENTENARIAN_ORDERS = frozenset(("996", "997", "998", "999"))
_YEARS = range(1800, 2100)  # fixed, not read from a clock: two institutions must always agree


def read_id_card(text: str) -> str | SubjectReason:
    """18 characters, `X` in upper case, or why not."""
    number = compact(text).upper()
    if not re.fullmatch(r"[0-9]+X?", number):
        return SubjectReason.UNEXPECTED_CHARACTER
    if len(number) == _OLD_LENGTH:
        number = _upgraded(number)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return SubjectReason.WRONG_LENGTH
    # 9, then the province: permanent residence cards of foreigners since 2023.
    province = number[1:3] if number[0] == "9" else number[:2]
    if int(province) not in _PROVINCES:
        return SubjectReason.UNKNOWN_PROVINCE
    if not _in_calendar(number[6:14]):
        return SubjectReason.IMPOSSIBLE_DATE
    return number if calc_check_digit(number) == number[17] else SubjectReason.WRONG_CHECK_DIGIT


def _upgraded(old: str) -> str:
    """15 digits have two for the year; orders 996 to 999 were kept for people born before 1900."""
    if not old.isdigit():
        return old
    century = "18" if old[12:] in _CENTENARIAN_ORDERS else "19"
    number = old[:6] + century + old[6:]
    return number + calc_check_digit(number + "0")


def _in_calendar(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        date(year, month, day)
    except ValueError:
        return False
    return year in _YEARS
