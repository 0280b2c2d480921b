"""What a person of the accused hands in: any file, framed so that auditors fetch it like every other."""

from dataclasses import dataclass, field
from typing import Final

from oracle.auditing.case_files import CaseFileDamaged, case_content, case_file
from oracle.peer.bodies.fields import HASH_SIZE, read_bytes, read_map, read_text
from oracle.peer.errors import WireRefused

FIRST_LINE: Final = b"riskmesh rebuttal 1\n"
LONGEST: Final = 1024 * 1024
_LONGEST_NAME: Final = 255
_CASE, _NAME, _CONTENT = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuttalFile:
    """For people to read."""

    case_id: bytes
    name: str
    content: bytes = field(repr=False)


def encode_rebuttal_file(file: RebuttalFile) -> bytes:
    return case_file(FIRST_LINE, {_CASE: file.case_id, _NAME: file.name, _CONTENT: file.content})


def decode_rebuttal_file(content: bytes) -> RebuttalFile:
    """Raises `CaseFileDamaged`."""
    value = case_content(content, FIRST_LINE)
    try:
        case, name, kept = read_map(value, _CASE, _NAME, _CONTENT)
        return RebuttalFile(
            case_id=read_bytes(case, "the case", exactly=HASH_SIZE),
            name=read_text(name, "the name", most=_LONGEST_NAME),
            content=read_bytes(kept, "the content", most=LONGEST),
        )
    except WireRefused as error:
        raise CaseFileDamaged(f"The file is not in the form of its version: {error}") from error
