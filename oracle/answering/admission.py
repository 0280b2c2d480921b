"""Decides on a batch before a single scalar multiplication: signature, commitment, standing, what is owed."""

from oracle.answering.ports import ChainClock
from oracle.chain.facts import Committed
from oracle.chain.grounds import Ground
from oracle.chain.view import AllianceView
from oracle.domain.answered import Envelope
from oracle.domain.ids import BatchId, MemberId
from oracle.domain.messages import Mode, Request
from oracle.domain.query import ELEMENT_SIZE
from oracle.domain.settlement import RefusalReason
from oracle.domain.subject import SubjectType
from oracle.peer.bodies.elements import elements_hash, pack_elements, unpack_elements
from oracle.peer.bodies.envelope import decode_envelope
from oracle.peer.errors import WireRefused
from oracle.peer.notary import Notary
from oracle.peer.sealed import OpenedMessage
from oracle.peer.statements import parse_request
from oracle.rules.answering import (
    AskerAccount,
    Commitment,
    refusal_of_asker,
    refusal_of_prefixes,
    refusal_of_request,
)
from oracle.rules.express import Allowance
from oracle.store.askers import AskerJournal, AskerStanding


class Admission:
    """Reads the view; changes nothing."""

    def __init__(
        self,
        *,
        me: MemberId,
        view: AllianceView,
        notary: Notary,
        askers: AskerJournal,
        clock: ChainClock,
    ) -> None:
        self._me = me
        self._view = view
        self._notary = notary
        self._askers = askers
        self._clock = clock

    def read_envelope(self, message: OpenedMessage, committed: Committed) -> Envelope | RefusalReason:
        """The envelope, or why it is not the one that was committed.

        The message is already whole, for us, and its request makes the committed batch identifier.
        """
        try:
            signed = parse_request(message.statement)
            elements = decode_envelope(message.frame)
        except WireRefused:
            return RefusalReason.MALFORMED
        version = message.header.sender_key_version
        if not self._notary.signed_by(signed.value, signed.signature, committed.requester, version):
            return RefusalReason.BAD_SIGNATURE
        packed = pack_elements(elements)
        reason = self._refusal_of_content(signed.value, packed, committed)
        if reason is not None:
            return reason
        return Envelope(statement=message.statement, elements=packed)

    def _refusal_of_content(
        self, request: Request, packed: bytes, committed: Committed
    ) -> RefusalReason | None:
        if request.mode is not Mode.COMMITTED:
            return RefusalReason.MODE_NOT_SERVED
        reason = self.refusal_of_elements(request, packed)
        if reason is not None:
            return reason
        commitment = Commitment(count=committed.count, deadline=committed.deadline)
        return refusal_of_request(request, commitment, now=self._clock.chain_time())

    def refusal_of_elements(self, request: Request, packed: bytes) -> RefusalReason | None:
        """Why elements and purpose are not the ones of a request that can be answered, or None."""
        if elements_hash(packed) != request.elements_hash or len(packed) != request.count * ELEMENT_SIZE:
            return RefusalReason.ELEMENTS_DIFFER
        if not 1 <= request.purpose <= self._view.parameter("purpose_count").value:
            return RefusalReason.PURPOSE_UNKNOWN
        return None

    async def standing(self, requester: MemberId, batch_id: BatchId) -> AskerStanding:
        """What the journals say of who asks, before this batch is answered."""
        now = self._clock.chain_time()
        # What an answer before a reorganisation came to is replaced by what this one comes to.
        return await self._askers.standing(requester, without=batch_id, now=now, since=self.since(now))

    def since(self, now: int) -> int:
        """From when on unanchored answers count at a chain's time: they take of this epoch's budget."""
        return self._view.parameters.checkpoint_at(now).end_of(self._view.epoch_of(now) - 1)

    def refusal(
        self, envelope: Envelope, ground: Ground, *, requester: MemberId, standing: AskerStanding
    ) -> RefusalReason | None:
        """Why this member is not answered now, or None; costs no cryptography."""
        block = ground.block_number
        governed = frozenset(
            self._view.parameters.at_block(f"prefix_bits_{int(kind)}", block).value for kind in SubjectType
        )
        stated = tuple(element.prefix_bits for element in unpack_elements(envelope.elements))
        return refusal_of_prefixes(stated, governed) or refusal_of_asker(
            self._account(requester, standing, express=envelope.reference is not None),
            elements=len(stated),
            cost=self.query_fees(len(stated), ground),
        )

    def query_fees(self, count: int, ground: Ground) -> int:
        """What the whole batch costs before any hit, at the prices of its epoch."""
        return count * self._view.price_at(ground.epoch(self._view)).query_fee

    def _account(self, requester: MemberId, standing: AskerStanding, *, express: bool) -> AskerAccount:
        member = self._view.member(requester)
        met = self._view.redeemed(requester, self._me).met
        return AskerAccount(
            in_standing=self._view.in_standing(member.id),
            balance=self._view.balance(requester),
            floor=self._view.parameter("credit_floor").value,
            holders_in_standing=len(self._view.members_in_standing()) - 1,
            unredeemed=max(0, standing.accepted - met),
            unreceipted=standing.unreceipted,
            receipts_overdue=standing.overdue,
            allowance=self._allowance(requester, standing) if express else None,
        )

    def _allowance(self, requester: MemberId, standing: AskerStanding) -> Allowance:
        epoch = self._view.epoch_of(self._clock.chain_time())
        return Allowance(
            budget=self._view.budget(requester, epoch),
            entitlement=self._view.entitlement(requester, epoch),
            unanchored=standing.unanchored,
        )
