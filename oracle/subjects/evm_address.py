"""Accounts of Ethereum-like chains: 0x and 40 lower-case hex digits; EIP-55 checked where case is mixed."""

import re

from eth_hash.auto import keccak

from oracle.subjects.refusals import SubjectReason

_ADDRESS = re.compile(r"(?:0[xX])?([0-9a-fA-F]+)")
_DIGITS = 40
_UPPER_FROM = 8


def read_evm_address(text: str) -> str | SubjectReason:
    """The lower-case address, or why not; a missing 0x is added."""
    matched = _ADDRESS.fullmatch(text)
    if matched is None:
        return SubjectReason.UNEXPECTED_CHARACTER
    digits = matched[1]
    if len(digits) != _DIGITS:
        return SubjectReason.WRONG_LENGTH
    lower = digits.lower()
    if digits not in (lower, digits.upper()) and digits != _checksummed(lower):
        return SubjectReason.WRONG_CHECKSUM
    return "0x" + lower


def _checksummed(lower: str) -> str:
    marks = keccak(lower.encode()).hex()
    return "".join(
        digit.upper() if int(mark, 16) >= _UPPER_FROM else digit
        for digit, mark in zip(lower, marks, strict=False)
    )
