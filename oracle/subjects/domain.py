"""Domain names: lower-case A-labels after UTS #46 mapping (non-transitional) and IDNA 2008."""

import ipaddress
import re

import idna

from oracle.subjects.refusals import SubjectReason
from oracle.subjects.spelling import visible

_MAX_NAME = 253
_MAX_LABEL = 63
# Underscores and hyphens in third and fourth place occur in host names that resolve, so they pass.
# The last label is no number: such a name would be read as an IP address by browsers.
_NAME = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)+(?!0x[0-9a-f]*$|[0-9]+$)(?!-)[a-z0-9-]{1,63}(?<!-)")
_URL_CHARACTERS = re.compile(r"[/:?#@\\]")


def read_domain(raw: str) -> str | SubjectReason:
    """A-labels in lower case without a trailing dot, or why not. `raw`: UTS #46 does its own mapping."""
    text = visible(raw)
    if isinstance(text, SubjectReason):
        return text
    # Security reports write [.] to keep links from being clicked.
    name = text.replace("[.]", ".")
    if name.isascii():
        return _checked(name.lower().removesuffix("."))
    try:
        mapped = idna.uts46_remap(name, std3_rules=False).removesuffix(".")
        labels = [label if label.isascii() else idna.alabel(label).decode() for label in mapped.split(".")]
    except (idna.IDNAError, UnicodeError):
        return _refusal(name, SubjectReason.INVALID_LABEL)
    return _checked(".".join(labels))


def _checked(name: str) -> str | SubjectReason:
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        return _refusal(name, SubjectReason.INVALID_LABEL)
    if "xn--" not in name:
        return name
    try:
        for label in name.split("."):
            if label.startswith("xn--"):
                idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        return SubjectReason.INVALID_LABEL
    return name


def _refusal(name: str, otherwise: SubjectReason) -> SubjectReason:
    """The most helpful reason for a name that is known to be none."""
    if _is_ip(name):
        return SubjectReason.IP_GIVEN
    if _URL_CHARACTERS.search(name):
        return SubjectReason.URL_GIVEN
    if "*" in name:
        return SubjectReason.WILDCARD_GIVEN
    if "." not in name:
        return SubjectReason.SINGLE_LABEL
    return _label_refusal(name, otherwise)


def _label_refusal(name: str, otherwise: SubjectReason) -> SubjectReason:
    if name.isascii() and (
        len(name) > _MAX_NAME or any(len(label) > _MAX_LABEL for label in name.split("."))
    ):
        return SubjectReason.WRONG_LENGTH
    if name.isascii() and not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        return SubjectReason.UNEXPECTED_CHARACTER
    return otherwise


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]").removeprefix("IPv6:"))
    except ValueError:
        return re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name) is not None
    return True
