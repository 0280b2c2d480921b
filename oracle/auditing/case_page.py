"""Dossiers inside a page or a report: what people read brings along what it was made from.

Both end with the digest of all that stands before it, so that a damaged byte is found wherever it is. Who
changes a page on purpose makes the digest anew: what counts is what the dossier in it is recomputed to.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final

from oracle.auditing.codec import DossierDamaged
from oracle.crypto.keccak import keccak256

_HEX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What stands around dossier and digest at the end of a file of one kind."""

    begins: bytes
    before: bytes
    between: bytes
    after: bytes


_PAGE: Final = _Form(
    begins=b"<!doctype html>", before=b"<!-- riskmesh dossier ", between=b" 0x", after=b" -->\n"
)
_REPORT: Final = _Form(
    begins=b"{", before=b',\n  "dossier": "', between=b'",\n  "seal": "0x', after=b'"\n}\n'
)


def page_with(page: str, dossier: bytes) -> bytes:
    """The page as a file that can be verified."""
    return _sealed(_PAGE, page.encode(), dossier)


def report_with(report: str, dossier: bytes) -> bytes:
    """The same of a report, an indented JSON object: it has two fields more."""
    return _sealed(_REPORT, report.removesuffix("\n}").encode(), dossier)


def dossier_in(file: bytes) -> bytes:
    """The dossier that a page or a report brings along; any other file as it is.

    Raises `DossierDamaged`; the dossier itself is not looked into.
    """
    form = next((one for one in (_PAGE, _REPORT) if file.startswith(one.begins)), None)
    if form is None:
        return file
    content, seal = file[: -len(form.after) - _HEX], file[-len(form.after) - _HEX :]
    if not hmac.compare_digest(seal, _seal(content) + form.after):
        raise DossierDamaged(
            "The file is damaged: its bytes are not the ones that its last line names. Get it again from "
            "whoever gave it out."
        )
    _, _, carried = content.removesuffix(form.between).rpartition(form.before)
    try:
        return base64.b64decode(carried, validate=True)
    except binascii.Error as error:
        raise DossierDamaged("The file brings no dossier along.") from error


def _sealed(form: _Form, text: bytes, dossier: bytes) -> bytes:
    content = text + form.before + base64.b64encode(dossier) + form.between
    return content + _seal(content) + form.after


def _seal(content: bytes) -> bytes:
    return keccak256(content).hex().encode()
