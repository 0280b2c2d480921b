"""Subjects: what can be asked about, as a type and one canonical value."""

from dataclasses import dataclass, field
from enum import IntEnum


class SubjectType(IntEnum):
    """Type codes of `subject_bytes`; never reused, append only."""

    PHONE = 1
    ID_CARD = 2
    BANK_CARD = 3
    USCC = 4
    EMAIL = 5
    DOMAIN = 6
    IP = 7
    DEVICE_ID = 8
    EVM_ADDRESS = 9
    MERCHANT_ID = 10

    @property
    def label(self) -> str:
        """The name used in files, the interface and the command line, e.g. `bank_card`."""
        return self.name.lower()


def subject_type(label: str) -> SubjectType | None:
    """The type with this label, or None."""
    return SubjectType.__members__.get(label.upper()) if label == label.lower() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A canonical subject. Its `repr` does not show the value: subjects never reach a log."""

    type: SubjectType
    value: str = field(repr=False)

    @property
    def encoded(self) -> bytes:
        """`subject_bytes`: type code (1 byte) then the canonical value in UTF-8."""
        return bytes((self.type,)) + self.value.encode()
