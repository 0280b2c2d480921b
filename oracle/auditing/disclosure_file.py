"""What the accused of a dispute hands in: the record behind the disputed claim, or that it has none to show.

Auditors hand the same file on to the requester, so whoever shows them a record has disclosed it.
"""

from dataclasses import dataclass, field
from typing import Final

from oracle.auditing.case_files import CaseFileDamaged, case_content, case_file
from oracle.domain.settlement import ServedRecord
from oracle.peer.bodies.disclosures import read_record, record_row
from oracle.peer.bodies.fields import HASH_SIZE, SALT_SIZE, read_bytes, read_list, read_map
from oracle.peer.errors import WireRefused

FIRST_LINE: Final = b"riskmesh disclosure 1\n"
_CASE, _SALT, _RECORD = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureFile:
    """Of one claim, as the holder answers it now."""

    case_id: bytes
    salt: bytes = field(repr=False)
    """Random: the digest on the chain tells nothing of the record."""
    record: ServedRecord | None
    """None where the holder has not had the claim."""


def encode_disclosure_file(file: DisclosureFile) -> bytes:
    return case_file(
        FIRST_LINE,
        {
            _CASE: file.case_id,
            _SALT: file.salt,
            _RECORD: [] if file.record is None else [record_row(file.record)],
        },
    )


def decode_disclosure_file(content: bytes) -> DisclosureFile:
    """Raises `CaseFileDamaged`."""
    value = case_content(content, FIRST_LINE)
    try:
        case, salt, record = read_map(value, _CASE, _SALT, _RECORD)
        rows = read_list(record, "the record", most=1)
        return DisclosureFile(
            case_id=read_bytes(case, "the case", exactly=HASH_SIZE),
            salt=read_bytes(salt, "the salt", exactly=SALT_SIZE),
            record=read_record(rows[0]) if rows else None,
        )
    except (WireRefused, ValueError) as error:
        raise CaseFileDamaged(f"The file is not in the form of its version: {error}") from error
