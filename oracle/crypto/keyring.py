"""The keys of one member or auditor in use: they sign, open and evaluate here, and do not leave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from oracle.crypto import keystore, tls, voprf
from oracle.crypto.errors import KeyFileDamaged, KeyFileMissing, KeyVersionUnknown
from oracle.crypto.key_files import KeyName, add_version, certificate_path, key_path, versions
from oracle.crypto.keystore import DEFAULT_WORK_FACTOR
from oracle.crypto.possession import prove_possession
from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer
from oracle.crypto.storage import StorageCipher
from oracle.crypto.tls import TlsIdentity
from oracle.domain.ids import Address, KeyVersion

Key = TypeVar("Key")
_IN_USE: Final = frozenset({KeyName.OPERATOR, KeyName.SEALING, KeyName.OPRF, KeyName.TLS})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lock:
    """What opens the folder: kept to make successors while the daemon runs, never shown."""

    folder: Path
    passphrase: str = field(repr=False)
    work_factor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicParts:
    """By version: accounts of operator keys, public sealing and OPRF keys in hex."""

    operators: Mapping[KeyVersion, str]
    sealing: Mapping[KeyVersion, str]
    oprf: Mapping[KeyVersion, str]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keyring:
    """All keys but the governance key. Without a version, methods use the newest one of the folder.

    The newest one is not in use before the registry has it: whoever works beside others names the version.
    """

    _operators: dict[KeyVersion, Signer]
    _sealing: dict[KeyVersion, SealingKey]
    _oprf: dict[KeyVersion, bytes]
    _tls: dict[KeyVersion, TlsIdentity]
    _storage: bytes
    _lock: _Lock

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
    def sealing_versions(self) -> tuple[KeyVersion, ...]:
        """The newest first."""
        return tuple(sorted(self._sealing, reverse=True))

    @property
    def oprf_version(self) -> KeyVersion:
        return max(self._oprf)

    @property
    def tls_version(self) -> KeyVersion:
        return max(self._tls)

    @property
    def operator_versions(self) -> tuple[KeyVersion, ...]:
        """Ascending."""
        return tuple(sorted(self._operators))

    @property
    def tls_identity(self) -> TlsIdentity:
        """The newest one."""
        return self._tls[self.tls_version]

    @property
    def certificate(self) -> bytes:
        """The newest TLS certificate, DER."""
        return self.tls_identity.certificate

    @property
    def tls_identities(self) -> Mapping[KeyVersion, TlsIdentity]:
        """By version of their files."""
        return self._tls

    @property
    def public_parts(self) -> PublicParts:
        """Of every version in the folder, registered or not."""
        return PublicParts(
            operators={version: key.address for version, key in self._operators.items()},
            sealing={version: key.public.hex() for version, key in self._sealing.items()},
            oprf={version: voprf.public_key(key).hex() for version, key in self._oprf.items()},
        )

    def tls_version_of(self, fingerprint: bytes) -> KeyVersion:
        """Version of the files with this certificate (SHA-256). Raises `KeyVersionUnknown`."""
        for version, identity in self._tls.items():
            if tls.fingerprint(identity.certificate) == fingerprint:
                return version
        raise KeyVersionUnknown(
            "The registered certificate is not in the key folder. Restore the folder from a backup."
        )

    def tls_identity_of(self, fingerprint: bytes) -> TlsIdentity | None:
        """The identity with this certificate (SHA-256), if its files are in the folder."""
        found = (one for one in self._tls.values() if tls.fingerprint(one.certificate) == fingerprint)
        return next(found, None)

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

    def prepare(self, name: KeyName, after: KeyVersion, *, common_name: str = "") -> KeyVersion:
        """The version that follows `after`, on disk and ready: the one prepared before, or a new one.

        Takes most of a second of scrypt; not for the event loop.
        """
        folder, passphrase = self._lock.folder, self._lock.passphrase
        while (newest := versions(folder, name)[-1]) <= after:
            add_version(folder, name, passphrase, common_name=common_name, work_factor=self._lock.work_factor)
        version = KeyVersion(after + 1)
        if newest > version:
            raise KeyFileDamaged(
                f"{folder} holds a {name} key of version {newest}, which must not be there before version "
                f"{version} is registered. Move the files of the later versions away."
            )
        self._load(name, version)
        return version

    def take_in(self, name: KeyName) -> None:
        """Read the versions that a command has put into the folder meanwhile, if there are any."""
        newest = self.sealing_version if name is KeyName.SEALING else self.tls_version
        for version in versions(self._lock.folder, name):
            if version > newest:
                self._load(name, KeyVersion(version))

    def _load(self, name: KeyName, version: KeyVersion) -> None:
        secret = keystore.read_secret(key_path(self._lock.folder, name, version), self._lock.passphrase)
        match name:
            case KeyName.OPERATOR:
                self._operators[version] = Signer(secret)
            case KeyName.SEALING:
                self._sealing[version] = SealingKey(secret)
            case KeyName.OPRF:
                self._oprf[version] = secret
            case KeyName.TLS:
                self._tls[version] = _tls_identity(self._lock.folder, secret, version)
            case KeyName.GOVERNANCE | KeyName.STORAGE:
                raise KeyVersionUnknown(f"The {name} key has no versions.")


def open_keyring(
    folder: Path,
    passphrase: str,
    *,
    names: Iterable[KeyName] = KeyName,
    work_factor: int = DEFAULT_WORK_FACTOR,
) -> Keyring:
    """Read every key that a daemon needs; each file costs most of a second of scrypt.

    `names` are those of the folder, `work_factor` is that of the files of keys to come.
    """
    keyring = Keyring(
        _operators={},
        _sealing={},
        _oprf={},
        _tls={},
        _storage=keystore.read_secret(key_path(folder, KeyName.STORAGE), passphrase),
        _lock=_Lock(folder=folder, passphrase=passphrase, work_factor=work_factor),
    )
    for name in sorted(_IN_USE.intersection(names)):
        for version in versions(folder, name):
            keyring._load(name, KeyVersion(version))  # noqa: SLF001 - this function is its constructor
    return keyring


def _tls_identity(folder: Path, secret: bytes, version: KeyVersion) -> TlsIdentity:
    path = certificate_path(folder, version)
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
