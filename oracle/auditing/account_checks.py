"""Checks of what the requester owes for a reply: the receipt, its claims and its voucher."""

from collections.abc import Iterator
from dataclasses import dataclass

from oracle.auditing.answer_checks import check_answer
from oracle.auditing.batch_checks import FIRST
from oracle.auditing.dossier import Dossier, HolderPart, KeptReceipt
from oracle.auditing.lines import failed, not_applicable, passed, places
from oracle.auditing.picture import Picture
from oracle.auditing.reply_checks import ReplyFound
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import DisclosedRecord
from oracle.domain.ids import MemberId
from oracle.domain.messages import Outcome, Receipt, Voucher
from oracle.domain.reports import Party, ProofLine, ProofResult
from oracle.domain.settlement import ReceiptBody, Signed, reason_name
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.errors import WireRefused
from oracle.peer.statements import parse_receipt_statement
from oracle.rules.presented import UNDECIDED
from oracle.rules.vouchers import Totals, charge_for, totals_of

_BY = Party.REQUESTER


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFound:
    """What followed a reply, recomputed."""

    lines: tuple[ProofLine, ...]
    claimed: tuple[int, ...] = ()
    unclaimed: tuple[int, ...] = ()
    """Hits without a valid claim and a voucher that covers it."""
    charge: Totals | None = None
    voucher: Voucher | None = None
    disclosed: tuple[DisclosedRecord, ...] = ()


def check_account(part: HolderPart, found: ReplyFound, dossier: Dossier, picture: Picture) -> AccountFound:
    """Empty where there was neither a reply nor a receipt."""
    holder = part.holder
    if part.receipt is None:
        if found.proven is None:
            return AccountFound(lines=())
        why = "The reply holds and no receipt was written for it."
        line = failed("receipt", why, _BY, holder=holder)
        return AccountFound(lines=(line,), unclaimed=_readable(found, dossier))
    read = read_receipt(part.receipt, count=len(unpack_elements(dossier.elements)))
    if read is None:
        line = failed("receipt", "It does not parse, or its body is not the signed one.", _BY, holder=holder)
        return AccountFound(lines=(line,), unclaimed=_readable(found, dossier))
    signed, body = read
    receipt = _receipt_line(signed, found, holder, picture)
    claimed = tuple(claim.index for claim in body.claims)
    lines, charge, honoured = [receipt], None, frozenset[int]()
    if signed.value.outcome is Outcome.ACCEPTED and found.proven is not None:
        charge = _charge(holder, len(claimed), picture)
        wrong = _wrong_claims(body, found, holder, dossier, picture)
        vouchers = list(_voucher_lines(body, charge, holder, picture))
        lines += [*_claim_lines(body, found, wrong, holder), *vouchers]
        if all(line.result is not ProofResult.FAILED for line in (receipt, *vouchers)):
            honoured = frozenset(claimed) - frozenset(wrong)
    answer_lines, disclosed = check_answer(part, found, picture)
    owed: tuple[int, ...] = ()
    if found.proven is not None or signed.value.outcome is Outcome.ACCEPTED:
        owed = tuple(index for index in _readable(found, dossier) if index not in honoured)
    # A refusal for a reason that no file can show is the holder's to bring up.
    believed = receipt.result is ProofResult.NOT_APPLICABLE
    return AccountFound(
        lines=(*lines, *answer_lines),
        claimed=claimed,
        unclaimed=() if believed else owed,
        charge=charge,
        voucher=None if body.voucher is None else body.voucher.value,
        disclosed=disclosed,
    )


def _readable(found: ReplyFound, dossier: Dossier) -> tuple[int, ...]:
    """Elements that were hits; any may have been one where the reply that was accepted is not shown whole."""
    if found.proven is None:
        return tuple(range(len(dossier.opened)))
    return tuple(hit.index for hit in found.proven.hits)


def read_receipt(kept: KeptReceipt, *, count: int) -> tuple[Signed[Receipt], ReceiptBody] | None:
    """None for what does not parse, or has another body than the signed one; `count` is the batch's."""
    try:
        signed = parse_receipt_statement(kept.statement)
        body = decode_receipt(kept.frame, count=count)
    except WireRefused:
        return None
    return (signed, body) if signed.value.body_digest == keccak256(kept.frame) else None


def _receipt_line(
    signed: Signed[Receipt], found: ReplyFound, holder: MemberId, picture: Picture
) -> ProofLine:
    receipt, requester = signed.value, picture.request.requester
    if (receipt.batch_id, receipt.holder) != (picture.batch_id, holder):
        return failed("receipt", "It is about another batch or holder.", _BY, holder=holder)
    if not picture.witness.signed_since(receipt, signed.signature, requester, FIRST):
        return failed("receipt", "Not signed by any operator key of the requester.", _BY, holder=holder)
    accepted = receipt.outcome is Outcome.ACCEPTED
    if accepted and found.proven is None:
        return failed("receipt", "It accepts a reply that does not hold.", _BY, holder=holder)
    if not accepted and receipt.reason in UNDECIDED:
        why = f"It refuses the reply as {reason_name(receipt.reason)}, which no file can show."
        return not_applicable("receipt", why, holder=holder)
    if not accepted and found.proven is not None:
        why = f"It refuses a reply that holds, as {reason_name(receipt.reason)}."
        return failed("receipt", why, _BY, holder=holder)
    verdict = "accepts" if accepted else f"refuses, as {reason_name(receipt.reason)},"
    return passed("receipt", f"Signed; it {verdict} what the recomputation does.", holder=holder)


def _wrong_claims(
    body: ReceiptBody, found: ReplyFound, holder: MemberId, dossier: Dossier, picture: Picture
) -> list[int]:
    hits = {hit.index for hit in found.proven.hits} if found.proven is not None else set()
    return [
        claim.index
        for claim in body.claims
        if claim.index not in hits
        or (claim.subject, claim.blind)
        != (dossier.opened[claim.index].subject, dossier.opened[claim.index].blind)
        or not picture.witness.signed_since(
            claim.claim(batch_id=picture.batch_id, holder=holder),
            claim.signature,
            picture.request.requester,
            FIRST,
        )
    ]


def _claim_lines(
    body: ReceiptBody, found: ReplyFound, wrong: list[int], holder: MemberId
) -> Iterator[ProofLine]:
    hits = {hit.index for hit in found.proven.hits} if found.proven is not None else set()
    claimed = {claim.index for claim in body.claims}
    if hits - claimed:
        why = f"Read and not claimed: {places(sorted(hits - claimed))}."
        yield failed("hits claimed", why, _BY, holder=holder)
    else:
        yield passed("hits claimed", "Every hit is claimed." if hits else "There is no hit.", holder=holder)
    if wrong:
        why = f"No hit, another opening or not signed: {places(wrong)}."
        yield failed("claims", why, _BY, holder=holder)
    elif claimed:
        yield passed("claims", "Each opens its element as the dossier does, signed.", holder=holder)
    else:
        yield not_applicable("claims", "There are none.", holder=holder)


def _charge(holder: MemberId, hits: int, picture: Picture) -> Totals | None:
    if picture.ground is None:
        return None
    epoch = picture.ground.epoch(picture.then)
    return charge_for(
        queries=picture.request.count,
        hits=hits,
        query_fee=picture.then.price_at(epoch).query_fee,
        hit_price=picture.then.hit_price(holder, epoch),
    )


def _voucher_lines(
    body: ReceiptBody, charge: Totals | None, holder: MemberId, picture: Picture
) -> Iterator[ProofLine]:
    if charge is None:
        yield not_applicable("voucher", "It rests on no block, so nothing has a price.", holder=holder)
        return
    signed, requester = body.voucher, picture.request.requester
    if signed is None:
        yield failed("voucher", "The receipt came without one.", _BY, holder=holder)
        return
    voucher = signed.value
    right = (voucher.requester, voucher.holder) == (requester, holder)
    if not right or not picture.witness.signed_by(voucher, signed.signature, requester, voucher.key_version):
        yield failed("voucher", "Of another pair, or not signed by the requester.", _BY, holder=holder)
    elif not totals_of(voucher).at_least(charge):
        why = f"It owes {voucher.amount} credits; this reply alone costs {charge.amount}."
        yield failed("voucher", why, _BY, holder=holder)
    else:
        why = f"The pair's total of {voucher.amount} credits covers this reply's {charge.amount}."
        yield passed("voucher", why, holder=holder)
