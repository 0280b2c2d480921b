"""Why a spelling is refused: stable codes, and one fixed sentence for each that never shows the value."""

from enum import Enum
from typing import Self

from oracle.domain.errors import Refused
from oracle.domain.subject import SubjectType


class SubjectReason(Enum):
    """A refusal code and what it tells a person: what is wrong, then what to do. Append only."""

    text: str

    def __new__(cls, code: str, text: str) -> Self:
        reason = object.__new__(cls)
        reason._value_ = code
        reason.text = text
        return reason

    EMPTY = "empty", "there is nothing in it but spaces; give a value or leave the line out"
    INPUT_TOO_LONG = (
        "input_too_long",
        "it is longer than 512 characters; give the value alone",
    )
    UNREADABLE_CHARACTER = (
        "unreadable_character",
        "it holds a control or unassigned character; check the encoding of the file (UTF-8 is expected)",
    )
    UNEXPECTED_CHARACTER = (
        "unexpected_character",
        "it holds a character that this type does not have; check the type and look for typing errors",
    )
    WRONG_LENGTH = "wrong_length", "it is too short or too long for this type; check that it is complete"
    WRONG_CHECK_DIGIT = (
        "wrong_check_digit",
        "its check character does not fit the rest; look for a mistyped or missing character",
    )
    WRONG_CHECKSUM = (
        "wrong_checksum",
        "its mixed upper and lower case is not the EIP-55 checksum; copy it again or give it in lower case",
    )
    PLACEHOLDER = (
        "placeholder",
        "it is a filler that stands for 'unknown' and names nobody; leave the line out",
    )
    MALFORMED = (
        "malformed",
        "it does not have the form of this type; compare it with docs/subjects.md",
    )
    NO_COUNTRY_CODE = (
        "no_country_code",
        "it does not say its country; write it with + and the country code, or name the region of the file",
    )
    UNKNOWN_COUNTRY_CODE = (
        "unknown_country_code",
        "no country has its country code; check the digits that follow the + or 00",
    )
    IMPOSSIBLE_NUMBER = (
        "impossible_number",
        "no number of its country has this length; check that the number is complete",
    )
    EXTENSION_GIVEN = (
        "extension_given",
        "it names an extension behind a switchboard; give the number without the extension",
    )
    UNKNOWN_PROVINCE = "unknown_province", "its first digits are no province code; check them"
    IMPOSSIBLE_DATE = "impossible_date", "its birth date is not in the calendar; check the digits of the date"
    UNKNOWN_AUTHORITY = (
        "unknown_authority",
        "its first two characters name no registering authority; check them",
    )
    URL_GIVEN = (
        "url_given",
        "it is a web or mail address; give the host name alone, without scheme, port or path",
    )
    IP_GIVEN = "ip_given", "it is an IP address where a name is expected; ask about it as type ip"
    WILDCARD_GIVEN = "wildcard_given", "it is a pattern with *; give one name"
    SINGLE_LABEL = "single_label", "it is one label without a dot; give the full domain name"
    INVALID_LABEL = (
        "invalid_label",
        "a part between its dots is not a valid domain label (IDNA 2008); check its spelling",
    )
    NETWORK_GIVEN = "network_given", "it is a range of addresses; give single addresses"
    PORT_GIVEN = "port_given", "it carries a port; give the address alone"
    ZONE_GIVEN = (
        "zone_given",
        "it carries a zone id, which means something on one machine only; give it without",
    )
    LEADING_ZEROS = (
        "leading_zeros",
        "a part of it has a leading zero, which some programs read as octal; write the parts without",
    )
    INVALID_LOCAL_PART = (
        "invalid_local_part",
        "before the @ there is no plain ASCII mailbox name; give the address alone, without name or quotes",
    )


class SubjectRefused(Refused):
    """A raw value is no subject of its type. Its text depends on type and reason only, never on the value."""

    code = "subject_refused"

    def __init__(self, *, subject_type: SubjectType, reason: SubjectReason) -> None:
        super().__init__(f"this {subject_type.label} is refused ({reason.value}): {reason.text}")
        self.subject_type = subject_type
        self.reason = reason
