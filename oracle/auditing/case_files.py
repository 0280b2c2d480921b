"""How files about a case are framed: a line that says what it is, CBOR, the digest of both at the end."""

import hmac
from typing import ClassVar, Final

from oracle.crypto.keccak import keccak256
from oracle.domain.errors import Refused
from oracle.peer import cbor
from oracle.peer.errors import WireRefused

DIGEST_SIZE: Final = 32


class CaseFileDamaged(Refused):
    """A file about a case is of another kind, or its bytes are not the ones that its digest names."""

    code: ClassVar[str] = "case_file_damaged"


def case_file(first_line: bytes, value: cbor.Encodable) -> bytes:
    content = first_line + cbor.encode(value)
    return content + keccak256(content)


def file_digest(file: bytes) -> bytes:
    """What stands at the end of every file that is handed in."""
    return file[-DIGEST_SIZE:]


def case_content(file: bytes, first_line: bytes) -> object:
    """Raises `CaseFileDamaged`; nothing of what the file says is checked yet."""
    content = file[:-DIGEST_SIZE]
    if not file.startswith(first_line):
        raise CaseFileDamaged("The file is of another kind: its first line says something else.")
    if not hmac.compare_digest(keccak256(content), file_digest(file)):
        raise CaseFileDamaged("The file is damaged: its bytes are not the ones that its digest names.")
    try:
        return cbor.decode(content[len(first_line) :])
    except WireRefused as error:
        raise CaseFileDamaged(f"The file is not in the form of its version: {error}") from error
