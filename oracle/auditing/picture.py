"""The chain that a dossier is held against: its newest state, and that at the block the batch rests on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from oracle.chain.errors import UnknownKeyVersion, UnknownMember
from oracle.chain.facts import Fact
from oracle.chain.grounds import Ground, ground_of_commitment, ground_of_reference
from oracle.chain.journal import BlockMark
from oracle.chain.view import AllianceView
from oracle.crypto.typed_data import member_domain, voucher_domain
from oracle.domain.ids import Address, BatchId, BlockNumber, KeyVersion, MemberId
from oracle.domain.messages import Mode, Request
from oracle.domain.reference import ReferenceBlock
from oracle.peer.notary import Witness
from oracle.peer.statements import parse_request


class Facts(Protocol):
    """What was read of the chain."""

    def facts(self, after: BlockNumber | None = None) -> AsyncIterator[Fact]: ...


class Blocks(Protocol):
    """Where blocks are looked up."""

    async def block(self, number: BlockNumber) -> BlockMark | None:
        """None where the chain has none of this number yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Which consortium it is."""

    chain_id: int
    registry: Address
    credits: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Views of its own: nothing moves under a recomputation."""

    addresses: Addresses
    witness: Witness
    batch_id: BatchId
    request: Request
    now: AllianceView
    then: AllianceView
    """Up to the block that the batch rests on; as `now` where it rests on none."""
    ground: Ground | None
    """None where the chain does not have the commitment, or has another reference block."""


class _Operators:
    """The operator keys that a view knows."""

    def __init__(self, view: AllianceView) -> None:
        self._view = view

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        try:
            return self._view.operator_of(member, version)
        except (UnknownMember, UnknownKeyVersion):
            return None


class ChainWitness:
    """Makes pictures from what was read of the chain."""

    def __init__(self, *, addresses: Addresses, facts: Facts, blocks: Blocks) -> None:
        self._addresses = addresses
        self._facts = facts
        self._blocks = blocks

    async def picture(self, statement: bytes, head: BlockMark) -> Picture:
        """For the batch of this signed request; `head` is the newest block whose facts were read."""
        now = AllianceView(head=head)
        async for fact in self._facts.facts():
            now.apply(fact)
        addresses = self._addresses
        witness = Witness(
            messages=member_domain(addresses.chain_id, addresses.registry),
            vouchers=voucher_domain(addresses.chain_id, addresses.credits),
            operators=_Operators(now),
        )
        request = parse_request(statement).value
        batch_id = witness.batch_id(request)
        ground = await self._ground(now, request, batch_id)
        return Picture(
            addresses=addresses,
            witness=witness,
            batch_id=batch_id,
            request=request,
            now=now,
            then=now if ground is None else await self._up_to(ground),
            ground=ground,
        )

    async def _ground(self, now: AllianceView, request: Request, batch_id: BatchId) -> Ground | None:
        if request.mode is Mode.COMMITTED:
            committed = now.commitment(request.requester, batch_id)
            return None if committed is None else ground_of_commitment(committed)
        found = await self._blocks.block(request.reference_block)
        if found is None or found.hash != request.reference_block_hash:
            return None
        return ground_of_reference(
            ReferenceBlock(number=found.number, hash=found.hash, timestamp=found.timestamp)
        )

    async def _up_to(self, ground: Ground) -> AllianceView:
        then = AllianceView()
        async for fact in self._facts.facts():
            if fact.at.block_number > ground.block_number:
                break
            then.apply(fact)
        return then
