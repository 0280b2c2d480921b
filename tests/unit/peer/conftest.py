"""Three members with fixed keys, a registry that knows them, and one whole exchange between two of them."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest
from stage.standalone_bodies import PROOFS, RECALL

from oracle.crypto.keccak import keccak256
from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer
from oracle.crypto.typed_data import Domain, Statement, digest, member_domain, voucher_domain
from oracle.domain.ids import Address, BatchId, BlockNumber, Credits, KeyVersion, MemberId, Sequence, Tag
from oracle.domain.messages import MessageType, Mode, Outcome, Receipt, ReplyHead, Request, Voucher
from oracle.domain.query import Cut, CutBucket, Element, ReplyBody
from oracle.domain.settlement import (
    AcceptedTotals,
    CategorySignature,
    DisclosuresBody,
    ReceiptBody,
    ReceiptClaim,
    Refusal,
    RefusalReason,
    ServedRecord,
    ServedStatus,
    Signed,
    VoucherState,
    VoucherStateRequest,
)
from oracle.peer.bodies.anchor_proofs import encode_anchor_proofs
from oracle.peer.bodies.disclosures import encode_disclosures
from oracle.peer.bodies.elements import elements_hash, pack_elements
from oracle.peer.bodies.envelope import encode_envelope
from oracle.peer.bodies.recall import encode_recall
from oracle.peer.bodies.receipt import encode_receipt
from oracle.peer.bodies.refusal import encode_refusal
from oracle.peer.bodies.reply import encode_reply
from oracle.peer.bodies.voucher_state import encode_voucher_state, encode_voucher_state_request
from oracle.peer.sealed import Route, seal_message
from oracle.peer.statements import encode_receipt_statement, encode_reply_head, encode_request

REGISTRY = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
LEDGER = Address("0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512")
REQUESTER, HOLDER, STRANGER = MemberId(1), MemberId(2), MemberId(3)
FIRST = KeyVersion(1)
SALT = bytes(range(16))
ENVELOPE, REPLY, RECEIPT = MessageType.QUERY_ENVELOPE, MessageType.REPLY, MessageType.RECEIPT


def fixed(label: str, size: int = 32) -> bytes:
    """Bytes that are always the same and mean nothing."""
    return b"".join(sha256(f"{label} {n}".encode()).digest() for n in range(size // 32 + 1))[:size]


@dataclass(frozen=True)
class Member:
    """A member's keys, as far as messages need them; also opens what is sealed to it."""

    member: MemberId
    signer: Signer
    sealing: SealingKey

    def has_sealing_key(self, version: KeyVersion) -> bool:
        return version == FIRST

    def open_sealed(self, version: KeyVersion, ciphertext: bytes, info: bytes) -> bytes:
        assert self.has_sealing_key(version)
        return self.sealing.open(ciphertext, info)


@dataclass(frozen=True)
class Registry:
    """Knows the first version of everybody's keys."""

    members: dict[MemberId, Member]

    def operator_counts(self, member: MemberId, version: KeyVersion) -> bool:
        return self.operator_address(member, version) is not None

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        return self.members[member].signer.address if member in self.members and version == FIRST else None

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None:
        return self.members[member].sealing.public if member in self.members and version == FIRST else None


@dataclass(frozen=True)
class Part:
    """One message before it is sealed."""

    kind: MessageType
    route: Route
    statement: bytes
    frame: bytes
    value: Any
    """The statement and the body, decoded."""


@dataclass(frozen=True)
class World:
    """Everything that the tests of the wire start from."""

    domain: Domain
    registry: Registry
    parts: dict[MessageType, Part]

    def seal(self, part: Part, **changes: Any) -> bytes:
        """The part's message; `changes` replace fields of its route, or `signer`, `frame`, `statement`."""
        routed = {name: changes.pop(name) for name in list(changes) if hasattr(part.route, name)}
        route = replace(part.route, **routed)
        arguments = {
            "statement": part.statement,
            "frame": part.frame,
            "signer": self.registry.members[part.route.sender].signer,
            "recipient_sealing_key": self.registry.members[part.route.recipient].sealing.public,
            "domain": self.domain,
        } | changes
        return seal_message(part.kind, route, **arguments)

    def member(self, number: int) -> Member:
        return self.registry.members[MemberId(number)]


def _member(number: MemberId) -> Member:
    return Member(
        member=number,
        signer=Signer(fixed(f"operator of {number}")),
        sealing=SealingKey(fixed(f"sealing of {number}")),
    )


@pytest.fixture(scope="session")
def world() -> World:
    members = {number: _member(number) for number in (REQUESTER, HOLDER, STRANGER)}
    messages, vouchers = member_domain(31337, REGISTRY), voucher_domain(31337, LEDGER)
    return World(
        domain=messages,
        registry=Registry(members=members),
        parts=_exchange(members[REQUESTER].signer, members[HOLDER].signer, messages, vouchers),
    )


def _signed(signer: Signer, domain: Domain, statement: Statement) -> Any:
    return Signed(value=statement, signature=signer.sign(digest(domain, statement)))


def _part(kind: MessageType, route: Route, frame: bytes, value: Any, statement: bytes = b"") -> Part:
    return Part(kind=kind, route=route, statement=statement, frame=frame, value=value)


def _exchange(
    asking: Signer, answering: Signer, messages: Domain, vouchers: Domain
) -> dict[MessageType, Part]:
    elements = tuple(
        Element(blinded=fixed(f"blinded {n}"), prefix_bits=17 + n, prefix=(1 << 17 + n) - 1 - n)
        for n in range(2)
    )
    request = _signed(asking, messages, _request(elements))
    batch_id = BatchId(digest(messages, request.value))
    there = Route(
        batch_id=batch_id,
        sender=REQUESTER,
        sender_key_version=FIRST,
        recipient=HOLDER,
        recipient_key_version=FIRST,
    )
    back = replace(there, sender=HOLDER, recipient=REQUESTER)
    reply = _reply()
    reply_frame = encode_reply(reply, salt=SALT)
    head = _signed(answering, messages, _head(batch_id, reply_frame))
    voucher = _signed(asking, vouchers, _voucher())
    receipt_body = _receipt_body(voucher)
    receipt_frame = encode_receipt(receipt_body, salt=SALT, count=len(elements))
    receipt = _signed(
        asking,
        messages,
        Receipt(
            batch_id=batch_id,
            holder=HOLDER,
            outcome=Outcome.ACCEPTED,
            reason=0,
            body_digest=keccak256(receipt_frame),
        ),
    )
    disclosures = _disclosures()
    totals = AcceptedTotals(queries=1500, hits=20, amount=Credits(21_500))
    state_request = VoucherStateRequest(nonce=fixed("state nonce", 16))
    state = VoucherState(nonce=state_request.nonce, voucher=voucher, accepted=totals)
    refusal = Refusal(reason=RefusalReason.NOT_IN_STANDING, detail="suspended since epoch 12")
    stateless = replace(there, batch_id=BatchId(bytes(32)))
    unbound = replace(back, batch_id=stateless.batch_id)
    answer = encode_disclosures(disclosures, salt=SALT, count=len(elements))
    asked = encode_voucher_state_request(state_request, salt=SALT)
    parts = (
        _part(ENVELOPE, there, encode_envelope(elements), (request, elements), encode_request(request)),
        _part(REPLY, back, reply_frame, (head, reply), encode_reply_head(head)),
        _part(RECEIPT, there, receipt_frame, (receipt, receipt_body), encode_receipt_statement(receipt)),
        _part(MessageType.DISCLOSURES, back, answer, disclosures),
        _part(MessageType.VOUCHER_STATE_REQUEST, stateless, asked, state_request),
        _part(MessageType.VOUCHER_STATE, unbound, encode_voucher_state(state, salt=SALT), state),
        _part(MessageType.REFUSAL, back, encode_refusal(refusal, salt=SALT), refusal),
        _part(MessageType.ANCHOR_PROOFS, stateless, encode_anchor_proofs(PROOFS, salt=SALT), PROOFS),
        _part(MessageType.RECALL, unbound, encode_recall(RECALL, salt=SALT), RECALL),
    )
    return {part.kind: part for part in parts}


def _request(elements: tuple[Element, ...]) -> Request:
    return Request(
        mode=Mode.COMMITTED,
        requester=REQUESTER,
        nonce=int.from_bytes(fixed("nonce", 16)),
        elements_hash=elements_hash(pack_elements(elements)),
        count=len(elements),
        purpose=3,
        case_commitment=fixed("case"),
        issued_at=1_790_000_000,
        deadline=1_790_000_120,
        reference_block=BlockNumber(0),
        reference_block_hash=bytes(32),
    )


def _reply() -> ReplyBody:
    tags = tuple(Tag(tag) for tag in sorted(fixed(f"tag {n}", 16) for n in range(5)))
    cuts = (
        Cut(
            buckets=(CutBucket(tags=tags, digests_hash=fixed("digests")),),
            siblings=(fixed("sibling 0"), fixed("sibling 1")),
        ),
        Cut(
            buckets=(
                CutBucket(tags=tags[:1], digests_hash=fixed("digests left")),
                CutBucket(tags=(), digests_hash=keccak256(b"")),
            ),
            siblings=(),
        ),
    )
    return ReplyBody(
        proof=fixed("proof", 64), evaluated=(fixed("evaluated 0"), fixed("evaluated 1")), cuts=cuts
    )


def _head(batch_id: BatchId, frame: bytes) -> ReplyHead:
    return ReplyHead(
        batch_id=batch_id,
        holder=HOLDER,
        snapshot_block=BlockNumber(1234),
        snapshot_block_hash=fixed("block"),
        sequence=Sequence(7),
        root=fixed("root"),
        bits=2,
        oprf_key_version=FIRST,
        answered_at=1_790_000_005,
        body_digest=keccak256(frame),
    )


def _voucher() -> Voucher:
    return Voucher(
        requester=REQUESTER,
        holder=HOLDER,
        queries=1502,
        hits=21,
        amount=Credits(21_602),
        price_version=1,
        key_version=FIRST,
    )


def _receipt_body(voucher: Signed[Voucher]) -> ReceiptBody:
    claim = ReceiptClaim(
        index=1, subject=b"\x06example.test", blind=fixed("blind"), signature=fixed("claim signature", 65)
    )
    return ReceiptBody(claims=(claim,), voucher=voucher)


def _disclosures() -> DisclosuresBody:
    served = ServedRecord(
        index=0,
        status=ServedStatus.SERVED,
        reason=0,
        record_frame=fixed("record", 1024),
        salt=fixed("record salt", 16),
        digests=(fixed("digest 0"), fixed("digest 1")),
        signatures=(
            CategorySignature(category=1, signature=fixed("category 1", 65)),
            CategorySignature(category=4, signature=fixed("category 4", 65)),
        ),
    )
    refused = ServedRecord(index=1, status=ServedStatus.REFUSED, reason=RefusalReason.CLAIM_BLIND_WRONG)
    return DisclosuresBody(
        outcome=Outcome.ACCEPTED,
        reason=0,
        records=(served, refused),
        accepted=AcceptedTotals(queries=1502, hits=21, amount=Credits(21_602)),
    )
