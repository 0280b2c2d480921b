"""Builds both sides of decoys: the member that asks about them, and the auditor that makes them."""

from pathlib import Path
from typing import ClassVar

from oracle.asking.decoys import Decoys
from oracle.asking.submission import Submission
from oracle.auditing.planting import DecoyPlan
from oracle.config.auditor import AuditorSettings, DecoySettings
from oracle.crypto.key_files import AUDITORS
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.crypto.typed_data import member_domain
from oracle.domain.errors import Misconfigured
from oracle.domain.ids import MemberId
from oracle.domain.subject import Subject, subject_type
from oracle.store.asked import AskedJournal
from oracle.store.database import Database
from oracle.store.decoys import DecoyJournal
from oracle.store.planted import Planted, PlantedJournal
from oracle.subjects import SubjectRefused, canonical
from oracle.wiring.foundation import Foundation

MOST_CHARACTERS = 64 * 1024 * 1024


class DecoyValuesWrong(Misconfigured):
    """The file of an auditor's decoys cannot be read, or has something that is no subject."""

    code: ClassVar[str] = "decoy_values_wrong"


def decoy_journal(base: Foundation) -> DecoyJournal:
    return DecoyJournal(base.database, base.keyring.storage_cipher("decoys"))


def build_decoys(base: Foundation, me: MemberId, asked: AskedJournal, submission: Submission) -> Decoys:
    record = base.record
    return Decoys(
        me=me,
        percent=base.settings.policy.decoys_percent,
        journal=decoy_journal(base),
        asked=asked,
        submission=submission,
        domain=member_domain(record.chain_id, record.address_of("MemberRegistry")),
        view=base.view,
        clock=base.clock,
    )


def decoy_plan(settings: DecoySettings) -> DecoyPlan:
    """Raises `DecoyValuesWrong` with the line."""
    values = _values(settings.file) if settings.most else ()
    return DecoyPlan(values=values, most=settings.most, every_s=settings.every_s)


async def planted_of(settings: AuditorSettings, passphrase: str) -> tuple[Planted, ...]:
    """What the store has of decoys, the newest first; the auditor may be running."""
    keys = open_keyring(settings.keys.folder, passphrase, names=AUDITORS)
    database = await Database.open(settings.store.url)
    try:
        return await planted_journal(database, keys).all()
    finally:
        await database.close()


def planted_journal(database: Database, keys: Keyring) -> PlantedJournal:
    return PlantedJournal(database, keys.storage_cipher("planted"))


def _values(path: Path) -> tuple[Subject, ...]:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MOST_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise DecoyValuesWrong(f"The decoys in {path} cannot be read; each line is type,value.") from error
    if len(text) > MOST_CHARACTERS:
        raise DecoyValuesWrong(f"{path} has more than {MOST_CHARACTERS:,} characters; name a smaller file.")
    lines = text.split("\n")
    found = tuple(_value(path, number, line) for number, line in enumerate(lines, start=1) if line.strip())
    if len({one.type for one in found}) != 1:
        raise DecoyValuesWrong(f"{path} has to have decoys of one type, and at least one of them.")
    return tuple(dict.fromkeys(found))


def _value(path: Path, number: int, line: str) -> Subject:
    label, _, value = line.strip().partition(",")
    kind = subject_type(label)
    try:
        if kind is not None:
            return canonical(kind, value)
    except SubjectRefused:
        pass
    raise DecoyValuesWrong(f"Line {number} of {path} is no subject; each line is type,value.")
