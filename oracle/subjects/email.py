"""Mail addresses: ASCII mailbox name in lower case, tags and dots kept, at a canonical domain."""

import re

from email_validator import EmailNotValidError, validate_email

from oracle.subjects.domain import read_domain
from oracle.subjects.refusals import SubjectReason
from oracle.subjects.spelling import plain

_MAX_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_AT_SIGNS = str.maketrans("\uff20\ufe6b", "@@")
_BRACKETED = re.compile(r"<([^<>]*)>")


def read_email(text: str) -> str | SubjectReason:
    """`local@domain`, or why not.

    Upper and lower case of the mailbox name are one: practically all providers treat them so. Tags
    (`+shop`) and dots are kept: only some providers ignore them, and a published rule cannot know which.
    """
    address = re.sub("(?i)^mailto:", "", text.translate(_AT_SIGNS))
    bracketed = _BRACKETED.fullmatch(address)
    bare = bracketed[1] if bracketed else address
    if "<" in bare:
        return SubjectReason.INVALID_LOCAL_PART
    local, _, domain = bare.rpartition("@")
    if not local or not domain:
        return SubjectReason.MALFORMED
    name = read_domain(domain)
    if isinstance(name, SubjectReason):
        return name
    mailbox = plain(local)
    if isinstance(mailbox, SubjectReason):
        return SubjectReason.INVALID_LOCAL_PART
    return _checked(mailbox.lower(), name)


def _checked(mailbox: str, name: str) -> str | SubjectReason:
    address = f"{mailbox}@{name}"
    if len(address) > _MAX_ADDRESS:
        return SubjectReason.WRONG_LENGTH
    try:
        # The name was checked by the rule for domains; here it is a stand-in.
        validate_email(
            f"{mailbox}@example.com", allow_smtputf8=False, check_deliverability=False, strict=True
        )
    except EmailNotValidError:
        return SubjectReason.INVALID_LOCAL_PART
    return address
