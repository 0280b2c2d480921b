"""What a member shows of a batch that it asked for an auditor: ticket, and a dossier that opens nothing."""

from dataclasses import dataclass, field
from typing import Final

from oracle.auditing.case_files import CaseFileDamaged, case_content, case_file
from oracle.peer.bodies.fields import read_bytes, read_map
from oracle.peer.decoys import MOST_SIZE
from oracle.peer.errors import WireRefused
from oracle.peer.openings import PART_SIZE

FIRST_LINE: Final = b"riskmesh decoys 1\n"
_TICKET, _DOSSIER = 1, 2
_MOST_PARTS: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoyFile:
    """Nothing in it is checked yet."""

    ticket: bytes = field(repr=False)
    """As the auditor signed it."""
    dossier: bytes = field(repr=False)
    """A file of its own."""


def encode_decoy_file(file: DecoyFile) -> bytes:
    return case_file(FIRST_LINE, {_TICKET: file.ticket, _DOSSIER: file.dossier})


def decode_decoy_file(file: bytes) -> DecoyFile | None:
    """None for whatever is no whole file of decoys."""
    try:
        ticket, dossier = read_map(case_content(file, FIRST_LINE), _TICKET, _DOSSIER)
        return DecoyFile(
            ticket=read_bytes(ticket, "the ticket", most=MOST_SIZE),
            dossier=read_bytes(dossier, "the dossier", most=_MOST_PARTS * PART_SIZE),
        )
    except (CaseFileDamaged, WireRefused):
        return None
