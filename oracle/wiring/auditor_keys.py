"""An auditor's keys for its people: what is in the folder, what the chain has of it, and the next version."""

from collections.abc import Iterator

from oracle.chain.books.audits import AuditBook, Auditor
from oracle.chain.facts import OfAudits
from oracle.config.auditor import AuditorSettings
from oracle.crypto.key_files import AUDITORS, KeyName, add_version
from oracle.crypto.keyring import Keyring, open_keyring
from oracle.crypto.tls import fingerprint
from oracle.domain.ids import Address
from oracle.domain.reports import KeyKind, KeyLine
from oracle.store.database import Database
from oracle.store.facts import FactTable
from oracle.wiring.journals import StoredFacts

_NAMES = {KeyKind.SEALING: KeyName.SEALING, KeyKind.CERTIFICATE: KeyName.TLS}


async def auditor_keys(settings: AuditorSettings, passphrase: str) -> tuple[KeyLine, ...]:
    """Sealing keys and certificates by version; the auditor may be running."""
    keyring = open_keyring(settings.keys.folder, passphrase, names=AUDITORS)
    registered = await _registered(settings, keyring.operator_address())
    return tuple(_lines(keyring, registered))


async def add_auditor_key(settings: AuditorSettings, passphrase: str, kind: KeyKind) -> int | None:
    """Its number; None while the newest one that is there is not registered, as far as the store has read."""
    lines = [line for line in await auditor_keys(settings, passphrase) if line.kind is kind]
    if not lines[-1].current:
        return None
    return add_version(settings.keys.folder, _NAMES[kind], passphrase, common_name=settings.name)


async def _registered(settings: AuditorSettings, me: Address) -> Auditor | None:
    database, book = await Database.open(settings.store.url), AuditBook()
    try:
        async for fact in StoredFacts(FactTable(database)).facts():
            if isinstance(fact, OfAudits):
                book.apply(fact)
    finally:
        await database.close()
    return book.auditors.get(me)


def _lines(keyring: Keyring, registered: Auditor | None) -> Iterator[KeyLine]:
    sealing = None if registered is None else registered.sealing_key
    shown = None if registered is None else registered.tls_fingerprint
    for version in reversed(keyring.sealing_versions):
        yield _line(KeyKind.SEALING, version, keyring.sealing_public(version), sealing)
    for version, identity in sorted(keyring.tls_identities.items()):
        yield _line(KeyKind.CERTIFICATE, version, fingerprint(identity.certificate), shown)


def _line(kind: KeyKind, version: int, public: bytes, registered: bytes | None) -> KeyLine:
    return KeyLine(
        kind=kind, version=version, public=public.hex(), in_folder=True, current=public == registered
    )
