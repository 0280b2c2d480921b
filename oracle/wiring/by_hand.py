"""Writes a person's verdict into an auditor's store, which may be at work meanwhile."""

from oracle.auditing.by_hand import NotForPeople, by_hand, case_of
from oracle.chain.view import AllianceView
from oracle.config.auditor import AuditorSettings
from oracle.crypto.key_files import AUDITORS
from oracle.crypto.keyring import open_keyring
from oracle.store.database import Database
from oracle.store.examinations import Examination, ExaminationJournal
from oracle.store.facts import FactTable
from oracle.wiring.auditor import CIPHER
from oracle.wiring.journals import StoredFacts


async def decided_by_hand(
    settings: AuditorSettings, passphrase: str, *, case: str, found: int, because: str
) -> Examination:
    """The same verdict may be written again. Raises `UnknownReference`, or `NotForPeople`."""
    keys = open_keyring(settings.keys.folder, passphrase, names=AUDITORS)
    database = await Database.open(settings.store.url)
    try:
        view = await _read(StoredFacts(FactTable(database)))
        journal = ExaminationJournal(database, keys.storage_cipher(CIPHER))
        about = case_of(case, view)
        handed_in = await journal.of(about.id)
        verdict = by_hand(
            about,
            view,
            keys.operator_address(),
            found=found,
            because=because,
            file=b"" if handed_in is None else handed_in.file,
        )
        stands = await journal.decide(verdict)
        if stands.reason != verdict.reason:
            raise NotForPeople("Another verdict of this auditor on the case is written down, and stands.")
        return stands
    finally:
        await database.close()


async def _read(facts: StoredFacts) -> AllianceView:
    """As far as the auditor has read the chain."""
    view, cursor = AllianceView(), await facts.cursor()
    async for fact in facts.facts():
        view.apply(fact)
    marks = () if cursor is None else await facts.marks(cursor, 1)
    view.head = marks[0] if marks else None
    return view
