"""Holds what the requester of a dispute shows against the chain: the first check that fails ends it. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from oracle.asking.rejection import ReplyRejected
from oracle.asking.verifying import prove_element
from oracle.auditing.answer_checks import signed_answer
from oracle.auditing.batch_checks import FIRST, subject_of
from oracle.auditing.claim_file import ClaimFile
from oracle.auditing.picture import Picture
from oracle.auditing.reply_checks import reply_case
from oracle.chain.grounds import Ground
from oracle.crypto.buckets import bucket_hash, prefix
from oracle.crypto.errors import CryptoError
from oracle.crypto.voprf import reblind_check
from oracle.domain.asked import AskedReply, ProvenReply, ReceivedReply, ReplyState
from oracle.domain.errors import Refused
from oracle.domain.messages import Mode
from oracle.domain.settlement import ServedStatus
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.elements import elements_hash, unpack_elements
from oracle.peer.errors import WireRefused
from oracle.peer.statements import parse_reply_head, parse_request
from oracle.rules.cases import Case
from oracle.rules.disputes import DisputeWindows, is_paid


class ClaimUnfounded(Refused):
    """What a requester shows in a dispute does not bear out its claim."""

    code: ClassVar[str] = "claim_unfounded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFound:
    """A claim that the holder's own reply bears out."""

    reply: AskedReply
    """With the disputed hit alone."""

    @property
    def index(self) -> int:
        hits = () if self.reply.proven is None else self.reply.proven.hits
        return hits[0].index


def check_claim(file: ClaimFile, case: Case, picture: Picture) -> ClaimFound:
    """Raises `ClaimUnfounded` with the reason."""
    _require((file.chain_id, file.registry) == (picture.addresses.chain_id, picture.addresses.registry))
    _require(file.case_id == case.id and file.part.holder == case.accused, "it is about another case")
    ground = _batch(file, case, picture)
    _opening(file, case, picture)
    found = _hit(file, case, picture)
    price = picture.then.hit_price(case.accused, ground.epoch(picture.then))
    paid = is_paid(escrowed=case.amount, hit_price=price, refused_for=_refused_for(file, found, picture))
    _require(paid, f"{case.amount} credits wait for a record that costs {price}")
    return found


def _require(holds: bool, otherwise: str = "it is about another consortium") -> None:  # noqa: FBT001 - read as said
    if not holds:
        raise ClaimUnfounded(otherwise)


def _batch(file: ClaimFile, case: Case, picture: Picture) -> Ground:
    signed, request = parse_request(file.request), picture.request
    _require(request.requester == case.opener, "another member asked the batch")
    _require(
        picture.witness.signed_since(request, signed.signature, request.requester, FIRST),
        "the request is not signed by the requester",
    )
    count = len(unpack_elements(file.elements))
    _require(
        elements_hash(file.elements) == request.elements_hash and count == request.count,
        "the elements are not the ones that were signed",
    )
    if request.mode is Mode.COMMITTED:
        committed = picture.now.commitment(request.requester, picture.batch_id)
        as_signed = committed is not None and (committed.count, committed.deadline) == (
            request.count,
            request.deadline,
        )
        _require(as_signed, "the chain has no such commitment")
    if picture.ground is None:
        raise ClaimUnfounded("the batch rests on no block of the chain")
    windows = DisputeWindows(
        claim_s=picture.now.parameter("claim_window_s").value,
        dispute_s=picture.now.parameter("dispute_window_s").value,
    )
    _require(case.opened_at <= windows.ends(request.deadline), "holders had forgotten the batch by then")
    return picture.ground


def _opening(file: ClaimFile, case: Case, picture: Picture) -> None:
    """The claim is the one on the chain, and opens its element."""
    claim, element = file.claim, unpack_elements(file.elements)[file.claim.index]
    statement = claim.claim(batch_id=picture.batch_id, holder=case.accused)
    _require(picture.witness.digest(statement) == case.subject, "the claim is not the disputed one")
    _require(
        picture.witness.signed_since(statement, claim.signature, picture.request.requester, FIRST),
        "the claim is not signed by the requester",
    )
    _require(subject_of(claim.subject) is not None, "the claim has no canonical subject")
    try:
        opens = reblind_check(claim.subject, claim.blind, element.blinded)
    except CryptoError:
        opens = False
    _require(opens, "the claim does not open its element")
    _require(
        prefix(bucket_hash(claim.subject), element.prefix_bits) == element.prefix,
        "the element has another subject's prefix",
    )


def _hit(file: ClaimFile, case: Case, picture: Picture) -> ClaimFound:
    received = file.part.reply
    if received is None:
        raise ClaimUnfounded("there is no reply")
    try:
        head = parse_reply_head(received.statement).value
        _require(picture.witness.digest(head) == case.reply_digest, "the reply is not the disputed one")
        reply = reply_case(received, head, case.accused, file.elements, picture)
        hit = prove_element(reply, file.claim.index, subject=file.claim.subject, blind=file.claim.blind)
    except (WireRefused, ReplyRejected) as error:
        raise ClaimUnfounded(f"the reply is no answer: {error}") from error
    if hit is None:
        raise ClaimUnfounded("the reply proves that there is no such record")
    proven = ProvenReply(
        holder=case.accused, sequence=head.sequence, snapshot_block=head.snapshot_block, hits=(hit,)
    )
    return ClaimFound(reply=_as_judged(picture, case, received, proven))


def _as_judged(picture: Picture, case: Case, received: ReceivedReply, proven: ProvenReply) -> AskedReply:
    return AskedReply(
        batch_id=picture.batch_id,
        holder=case.accused,
        state=ReplyState.ACCEPTED,
        reason=0,
        latency_ms=None,
        received=received,
        proven=proven,
    )


def _refused_for(file: ClaimFile, found: ClaimFound, picture: Picture) -> int | None:
    """Why the holder's own signed answer refuses the claim."""
    answer = file.part.answer
    if answer is None or not signed_answer(answer, found.reply.holder, picture):
        return None
    try:
        records = decode_disclosures(answer.frame).records
    except (WireRefused, ValueError):
        return None
    refused = (one for one in records if one.status is ServedStatus.REFUSED and one.index == found.index)
    return next((one.reason for one in refused), None)
