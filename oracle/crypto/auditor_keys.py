"""The keys of an auditor: its account, the key that openings are sealed to, the one of its store."""

from dataclasses import dataclass
from pathlib import Path

from oracle.crypto import keystore
from oracle.crypto.key_files import KeyName, create_some_key_files, key_path
from oracle.crypto.keystore import DEFAULT_WORK_FACTOR
from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer
from oracle.crypto.storage import StorageCipher

KEYS = (KeyName.OPERATOR, KeyName.SEALING, KeyName.STORAGE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AuditorKeys:
    """They sign and open here, and do not leave."""

    account: Signer
    sealing: SealingKey
    _storage: bytes

    def __repr__(self) -> str:
        return "AuditorKeys()"

    def __reduce__(self) -> str:
        raise TypeError("Keys are not serialised.")

    def storage_cipher(self, purpose: str) -> StorageCipher:
        return StorageCipher(self._storage, purpose)


def create_auditor_keys(
    folder: Path, passphrase: str, *, work_factor: int = DEFAULT_WORK_FACTOR
) -> AuditorKeys:
    """New files in a folder that does not exist yet."""
    create_some_key_files(folder, KEYS, passphrase, work_factor=work_factor)
    return open_auditor_keys(folder, passphrase)


def open_auditor_keys(folder: Path, passphrase: str) -> AuditorKeys:
    """Each file costs most of a second of scrypt."""

    def secret(name: KeyName) -> bytes:
        return keystore.read_secret(key_path(folder, name), passphrase)

    return AuditorKeys(
        account=Signer(secret(KeyName.OPERATOR)),
        sealing=SealingKey(secret(KeyName.SEALING)),
        _storage=secret(KeyName.STORAGE),
    )
