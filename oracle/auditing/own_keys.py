"""An auditor's sealing key and certificate: the newest of its folder are registered, then used."""

import asyncio
from collections.abc import Callable

import structlog

from oracle.chain.books.audits import Auditor
from oracle.chain.contracts.audit_ledger import AuditLedger
from oracle.chain.lane import Lane
from oracle.chain.view import AllianceView
from oracle.crypto.errors import SealBroken
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import KeyName
from oracle.crypto.keyring import Keyring
from oracle.crypto.sealing import SUITE_NUMBER
from oracle.crypto.tls import TlsIdentity

log = structlog.get_logger()
ROTATED = (KeyName.SEALING, KeyName.TLS)
_INTENT_BYTES = 8


class OwnKeys:
    """Also opens what is sealed to it: members may still seal to a key that was replaced a block ago."""

    def __init__(
        self,
        *,
        keyring: Keyring,
        view: AllianceView,
        ledger: AuditLedger,
        lane: Lane,
        show: Callable[[TlsIdentity], None],
    ) -> None:
        self._keyring = keyring
        self._view = view
        self._ledger = ledger
        self._lane = lane
        self._show = show
        self._shown: TlsIdentity | None = None

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Raises `SealBroken` when it is sealed to none of the folder's keys."""
        for version in self._keyring.sealing_versions:
            try:
                return self._keyring.open(sealed, info, version)
            except SealBroken:
                continue
        raise SealBroken("The message is sealed to no key of this auditor, or is damaged.")

    async def follow(self) -> None:
        """Call with the registered certificate; register what was added to the folder since."""
        for name in ROTATED:
            await asyncio.to_thread(self._keyring.take_in, name)
        registered = self._view.audits.auditors.get(self._lane.account)
        if registered is None:
            return
        identity = self._keyring.tls_identity_of(registered.tls_fingerprint)
        if identity is None or registered.sealing_key not in self._own_sealing():
            # To register what is here could bring a key back that was replaced because it was stolen.
            log.error("auditor_keys_not_here")
            return
        if identity is not self._shown:
            self._shown = identity
            self._show(identity)
        await self._register(registered)

    async def _register(self, registered: Auditor) -> None:
        key, certificate = self._keyring.sealing_public(), self._keyring.certificate
        if (key, certificate) == (registered.sealing_key, registered.certificate):
            return
        named = keccak256(key + certificate)[:_INTENT_BYTES].hex()
        order = self._ledger.rotate_auditor_keys(SUITE_NUMBER, key, certificate)
        await self._lane.execute(f"keys:{registered.appointed_at}:{named}", order)

    def _own_sealing(self) -> set[bytes]:
        return {self._keyring.sealing_public(version) for version in self._keyring.sealing_versions}
