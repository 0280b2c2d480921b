"""This member's own keys: successors prepared on disk, registered on the chain, used from that block on."""

import asyncio
from typing import ClassVar

from oracle.chain.applications import possession_context
from oracle.chain.books.members import Member
from oracle.chain.contracts.member_registry import MemberRegistry
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order, Transaction
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.crypto.key_files import KeyName
from oracle.crypto.keyring import Keyring
from oracle.crypto.sealing import SUITE_NUMBER
from oracle.crypto.typed_data import Domain, digest
from oracle.domain.errors import Refused
from oracle.domain.ids import KeyVersion, MemberId
from oracle.domain.messages import OperatorRotation
from oracle.domain.reports import (
    Departed,
    GovernanceOrder,
    KeyKind,
    KeyLine,
    Moved,
    OrderKind,
    RotationReport,
)
from oracle.governing.key_lines import key_lines
from oracle.governing.ports import Clock

FINGERPRINT_BYTES = 8


class OrderOutdated(Refused):
    """The signed order is not about the next rotation of this member."""

    code: ClassVar[str] = "order_outdated"


class GraceTooLong(Refused):
    """A replaced key may count for as long as the consortium allows, no longer."""

    code: ClassVar[str] = "grace_too_long"


class OwnKeysDesk:
    """Each step may be repeated: a prepared key is found again, a registered one is not registered twice.

    A key is on disk before the registry names it, and signs nothing before that. What was signed with its
    predecessor goes out under the predecessor's version within the grace.
    """

    def __init__(
        self,
        *,
        me: MemberId,
        name: str,
        keyring: Keyring,
        registry: MemberRegistry,
        lane: Lane,
        view: AllianceView,
        clock: Clock,
        domain: Domain,
    ) -> None:
        """`name` goes into new certificates; `domain` is the one of messages between members."""
        self._me = me
        self._name = name
        self._keyring = keyring
        self._registry = registry
        self._lane = lane
        self._view = view
        self._clock = clock
        self._domain = domain
        self._turn = asyncio.Lock()

    async def keys(self) -> tuple[KeyLine, ...]:
        """All versions by kind, also those that are prepared and not registered."""
        return key_lines(self._member, self._keyring)

    async def order_operator(self, *, grace_s: int | None) -> GovernanceOrder:
        """Prepare the next operator key; what the governance account signs to make it the operator."""
        grace = self._grace(grace_s)
        async with self._turn:
            version = await self._prepare(KeyName.OPERATOR, self._member.operator.version)
        return GovernanceOrder(
            kind=OrderKind.ROTATE_OPERATOR,
            chain_id=self._domain.chain_id,
            registry=self._registry.contract.address,
            signer=self._member.governance,
            member_id=self._me,
            version=version,
            operator=self._keyring.operator_address(version),
            grace_s=grace,
        )

    async def rotate_operator(self, *, version: int, grace_s: int, authorization: bytes) -> RotationReport:
        """Carry out an order that the governance account signed."""
        async with self._turn:
            newest = self._member.operator.version
            if version != newest + 1:
                raise OrderOutdated(
                    f"The order is about version {version} of the operator key, the registry has version "
                    f"{newest}. Make a new order with `riskmesh keys rotate operator`."
                )
            prepared = await self._prepare(KeyName.OPERATOR, newest)
            rotation = OperatorRotation(
                member_id=self._me,
                version=prepared,
                operator=self._keyring.operator_address(prepared),
                grace_s=self._grace(grace_s),
            )
            order = self._registry.rotate_operator(
                rotation,
                possession=self._keyring.sign(digest(self._domain, rotation), prepared),
                authorization=authorization,
            )
            return await self._register(KeyKind.OPERATOR, prepared, order)

    async def rotate(self, kind: KeyKind, *, grace_s: int | None) -> RotationReport:
        """Make and register the next sealing key, OPRF key or certificate with this daemon's operator key."""
        grace = self._grace(grace_s)
        async with self._turn:
            member = self._member
            match kind:
                case KeyKind.SEALING:
                    version = await self._prepare(KeyName.SEALING, member.sealing_key.version)
                    key = self._keyring.sealing_public(version)
                    order = self._registry.rotate_sealing(SUITE_NUMBER, key, grace_s=grace)
                case KeyKind.OPRF:
                    version = await self._prepare(KeyName.OPRF, member.oprf_key.version)
                    possession = self._keyring.prove_possession(
                        possession_context(member.governance), version
                    )
                    order = self._registry.rotate_oprf(
                        self._keyring.oprf_public(version), possession, grace_s=grace
                    )
                case KeyKind.CERTIFICATE:
                    version = await self._prepare(KeyName.TLS, self._shown_version(member))
                    url = "" if member.endpoint is None else member.endpoint.url
                    order = self._registry.set_endpoint(
                        url, self._keyring.tls_identity.certificate, grace_s=grace
                    )
                case KeyKind.OPERATOR:
                    raise Refused("The operator key is rotated on an order of the governance account.")
            return await self._register(kind, version, order)

    async def move(self, endpoint: str) -> Moved:
        """Register another URL for the same certificate."""
        async with self._turn:
            member = self._member
            certificate = b"" if member.endpoint is None else member.endpoint.certificate
            order = self._registry.set_endpoint(endpoint, certificate, grace_s=0)
            since = 0 if member.endpoint is None else member.endpoint.since_block
            row = await self._execute(f"move:{since}", order)
            return Moved(endpoint=endpoint, block=row.block_number or 0, transaction=_hash(row))

    async def order_departure(self) -> GovernanceOrder:
        """What the governance account signs to leave the consortium for ever."""
        return GovernanceOrder(
            kind=OrderKind.LEAVE,
            chain_id=self._domain.chain_id,
            registry=self._registry.contract.address,
            signer=self._member.governance,
            member_id=self._me,
        )

    async def leave(self, authorization: bytes) -> Departed:
        """Carry out an order to leave. There is no way back."""
        row = await self._execute("leave", self._registry.leave(self._me, authorization))
        return Departed(member_id=self._me, block=row.block_number or 0, transaction=_hash(row))

    @property
    def _member(self) -> Member:
        return self._view.member(self._me)

    def _grace(self, wanted: int | None) -> int:
        longest = self._view.parameter("key_grace_s").value
        if wanted is not None and wanted > longest:
            raise GraceTooLong(
                f"A replaced key may count for {longest} s at most (parameter key_grace_s), not {wanted} s."
            )
        return longest if wanted is None else wanted

    def _shown_version(self, member: Member) -> KeyVersion:
        """Version of the TLS files whose certificate is registered."""
        fingerprint = b"" if member.endpoint is None else member.endpoint.tls_fingerprint
        return self._keyring.tls_version_of(fingerprint)

    async def _prepare(self, name: KeyName, after: KeyVersion) -> KeyVersion:
        return await asyncio.to_thread(self._keyring.prepare, name, after, common_name=self._name)

    async def _register(self, kind: KeyKind, version: KeyVersion, order: Order) -> RotationReport:
        row = await self._execute(f"rotate:{kind}:{version}", order)
        previous = [line for line in key_lines(self._member, self._keyring) if line.kind is kind]
        ends = [line.valid_until for line in previous if line.version == version - 1]
        return RotationReport(
            kind=kind,
            version=version,
            previous_until=ends[0] or 0 if ends else 0,
            block=row.block_number or 0,
            transaction=_hash(row),
        )

    async def _execute(self, intent: str, order: Order) -> Transaction:
        # A proof of possession is random, a grace may differ: another attempt is another intent, and the
        # registry refuses a key that it has already.
        name = f"{intent}:{keccak256(order.data)[:FINGERPRINT_BYTES].hex()}"
        row = await self._lane.execute(name, order)
        await self._clock.reached(row.block_number or 0)
        return row


def _hash(row: Transaction) -> str:
    return "" if row.tx_hash is None else "0x" + row.tx_hash.hex()
