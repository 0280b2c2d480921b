"""This member's keys as the registry has them: which version signs, opens and is shown now."""

from collections.abc import Callable

from oracle.chain.books.members import at_version
from oracle.chain.digest_signing import DigestTransactionSigner
from oracle.chain.errors import UnknownKeyVersion
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.keyring import Keyring
from oracle.crypto.signing import Signer
from oracle.crypto.tls import TlsIdentity
from oracle.dataset.tagging import Tagger
from oracle.domain.ids import KeyVersion, MemberId


class OwnOperator:
    """Signs with the version that is current on the chain, not with one that is only in the folder."""

    def __init__(self, keyring: Keyring, me: MemberId, view: AllianceView) -> None:
        self._keyring = keyring
        self._me = me
        self._view = view

    @property
    def version(self) -> KeyVersion:
        return self._view.member(self._me).operator.version

    def sign(self, digest: bytes) -> bytes:
        return self._keyring.sign(digest, self.version)

    def at(self, version: KeyVersion) -> Signer:
        """A replaced version, for what was signed with it and is still on its way."""
        return self._keyring.operator(version)


class SealingKeys:
    """`Opener`: this member's sealing keys that are kept and count."""

    def __init__(self, keyring: Keyring, member: MemberId, view: AllianceView) -> None:
        self._keyring = keyring
        self._member = member
        self._view = view

    @property
    def member(self) -> MemberId:
        return self._member

    def has_sealing_key(self, version: KeyVersion) -> bool:
        try:
            known = at_version(self._view.member(self._member).sealing_keys, version)
        except UnknownKeyVersion:
            return False
        return known.counts_at(self._view.now) and self._keyring.has_sealing_key(version)

    def open_sealed(self, version: KeyVersion, ciphertext: bytes, info: bytes) -> bytes:
        return self._keyring.open(ciphertext, info, version)


class OwnTagger:
    """The tagger of the OPRF key that is current on the chain."""

    def __init__(self, keyring: Keyring, me: MemberId, view: AllianceView, processes: int) -> None:
        self._keyring = keyring
        self._me = me
        self._view = view
        self._processes = processes

    @property
    def version(self) -> KeyVersion:
        return self._view.member(self._me).oprf_key.version

    def current(self) -> Tagger:
        return Tagger(
            secret=self._keyring.oprf_secret_for_workers(self.version),
            holder=self._me,
            key_version=self.version,
            processes=self._processes,
        )


class Succession:
    """Follows the registry: the lane sends from the current operator, connections show its certificate."""

    def __init__(self, keyring: Keyring, me: MemberId, view: AllianceView, lane: Lane) -> None:
        self._keyring = keyring
        self._me = me
        self._view = view
        self._lane = lane
        self._shown: TlsIdentity | None = None
        self._show: list[Callable[[TlsIdentity], None]] = []

    def on_identity(self, show: Callable[[TlsIdentity], None]) -> None:
        """Called with another TLS identity in the block in which its certificate is registered."""
        self._show.append(show)

    @property
    def identity(self) -> TlsIdentity:
        """The TLS identity whose certificate is registered; the newest one while none of ours is."""
        endpoint = self._view.member(self._me).endpoint
        found = None if endpoint is None else self._keyring.tls_identity_of(endpoint.tls_fingerprint)
        return self._keyring.tls_identity if found is None else found

    def follow(self) -> None:
        """Safe to repeat; also after a reorganisation that undid a rotation."""
        current = self._view.member(self._me).operator.version
        for version in self._keyring.operator_versions:
            if version <= current:
                self._lane.succeed(DigestTransactionSigner(self._keyring.operator(version)))
        if self._shown is not (identity := self.identity):
            self._shown = identity
            for show in self._show:
                show(identity)
