"""Unified social credit codes of GB 32100: 18 characters, the last one a check character (modulo 31)."""

import re

from stdnum.cn.uscc import calc_check_digit

from oracle.subjects.refusals import SubjectReason
from oracle.subjects.spelling import compact

_LENGTH = 18
_ALPHABET = re.compile(r"[0-9A-HJ-NPQRTUWXY]+")
# `stdnum.cn.uscc.validate` wants a digit first and so refuses bodies of A (military), N (rural
# collectives) and Y (others), which GB 32100 has; only its check character is used.
_AUTHORITY_AND_KIND = re.compile(r"[1-9ANY][1-9]")


def read_uscc(text: str) -> str | SubjectReason:
    """18 characters in upper case, or why not."""
    code = compact(text).upper()
    if not _ALPHABET.fullmatch(code):
        return SubjectReason.UNEXPECTED_CHARACTER
    if len(code) != _LENGTH:
        return SubjectReason.WRONG_LENGTH
    if not _AUTHORITY_AND_KIND.match(code):
        return SubjectReason.UNKNOWN_AUTHORITY
    if not code[2:8].isdigit():
        return SubjectReason.MALFORMED
    return code if calc_check_digit(code[:17]) == code[17] else SubjectReason.WRONG_CHECK_DIGIT
