"""The keys of one member in use: they sign, open and evaluate here, and do not leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from oracle.crypto import keystore, tls, voprf
from oracle.crypto.errors import KeyFileDamaged, KeyFileMissing, KeyVersionUnknown
from oracle.crypto.key_files import CERTIFICATE_FILE, KeyName, key_path, versions
from oracle.crypto.possession import prove_possession
from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer
from oracle.crypto.storage import StorageCipher
from oracle.crypto.tls import TlsIdentity
from oracle.domain.ids import Address, KeyVersion

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keyring:
    """All keys but the governance key. Without a version, methods use the newest one of the folder."""

    _operators: Mapping[KeyVersion, Signer]
    _sealing: Mapping[KeyVersion, SealingKey]
    _oprf: Mapping[KeyVersion, bytes]
    _storage: bytes
    tls_identity: TlsIdentity = field(repr=False)

    def __repr__(self) -> str:
        return "Keyring()"

    def __reduce__(self) -> str:
        raise TypeError("A keyring is not serialised.")

    @property
    def operator_version(self) -> KeyVersion:
        return max(self._operators)

    @property
    def sealing_version(self) -> KeyVersion:
        return max(self._sealing)

    @property
    def oprf_version(self) -> KeyVersion:
        return max(self._oprf)

    @property
    def certificate(self) -> bytes:
        """The TLS certificate, DER."""
        return self.tls_identity.certificate

    def operator(self, version: KeyVersion | None = None) -> Signer:
        """The operator key, which signs messages, vouchers and transactions and does not show itself."""
        return _select(self._operators, version, "operator")

    def operator_address(self, version: KeyVersion | None = None) -> Address:
        return self.operator(version).address

    def sign(self, digest: bytes, version: KeyVersion | None = None) -> bytes:
        return self.operator(version).sign(digest)

    def sealing_public(self, version: KeyVersion | None = None) -> bytes:
        return _select(self._sealing, version, "sealing").public

    def has_sealing_key(self, version: KeyVersion) -> bool:
        """Whether messages sealed to that version of this member's key can still be opened."""
        return version in self._sealing

    def open(self, sealed: bytes, info: bytes, version: KeyVersion | None = None) -> bytes:
        """Open a message that was sealed to this member's key of that version."""
        return _select(self._sealing, version, "sealing").open(sealed, info)

    def oprf_public(self, version: KeyVersion | None = None) -> bytes:
        return voprf.public_key(_select(self._oprf, version, "OPRF"))

    def prove_possession(self, context: bytes, version: KeyVersion | None = None) -> bytes:
        return prove_possession(_select(self._oprf, version, "OPRF"), context)

    def evaluate(self, elements: Sequence[bytes], version: KeyVersion | None = None) -> voprf.Evaluation:
        return voprf.evaluate_batch(_select(self._oprf, version, "OPRF"), elements)

    def oprf_secret_for_workers(self, version: KeyVersion | None = None) -> bytes:
        """The OPRF key itself, only to be handed to this daemon's worker processes."""
        return _select(self._oprf, version, "OPRF")

    def storage_cipher(self, purpose: str) -> StorageCipher:
        """The cipher for one purpose, e.g. `journal`; different purposes cannot read each other's values."""
        return StorageCipher(self._storage, purpose)


def open_keyring(folder: Path, passphrase: str) -> Keyring:
    """Read every key that a daemon needs; each file costs most of a second of scrypt."""

    def one(name: KeyName) -> bytes:
        return keystore.read_secret(key_path(folder, name), passphrase)

    def every(name: KeyName) -> dict[KeyVersion, bytes]:
        return {
            KeyVersion(version): keystore.read_secret(key_path(folder, name, version), passphrase)
            for version in versions(folder, name)
        }

    return Keyring(
        _operators={version: Signer(secret) for version, secret in every(KeyName.OPERATOR).items()},
        _sealing={version: SealingKey(secret) for version, secret in every(KeyName.SEALING).items()},
        _oprf=every(KeyName.OPRF),
        _storage=one(KeyName.STORAGE),
        tls_identity=_tls_identity(folder, one(KeyName.TLS)),
    )


def _tls_identity(folder: Path, secret: bytes) -> TlsIdentity:
    path = folder / CERTIFICATE_FILE
    if not path.is_file():
        raise KeyFileMissing(f"The certificate {path} does not exist. Restore it from a backup.")
    try:
        certificate = tls.from_pem(path.read_text())
        matches = tls.belongs(certificate, secret)
    except ValueError:
        matches = False
    if not matches:
        raise KeyFileDamaged(
            f"{path} is not the certificate of the TLS key beside it. Restore both together."
        )
    return TlsIdentity(certificate=certificate, secret=secret)


def _select(keys: Mapping[KeyVersion, Key], version: KeyVersion | None, what: str) -> Key:
    chosen = max(keys) if version is None else version
    if chosen not in keys:
        raise KeyVersionUnknown(f"There is no {what} key of version {chosen} in the key folder.")
    return keys[chosen]
