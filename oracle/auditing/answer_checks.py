"""Checks of a holder's answer to a receipt: its signature, and each record against what was committed."""

from oracle.asking.disclosures import check_disclosures
from oracle.auditing.dossier import HolderPart
from oracle.auditing.lines import failed, not_applicable, passed, places
from oracle.auditing.picture import Picture
from oracle.auditing.reply_checks import ReplyFound
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import AskedReply, DisclosedRecord, HolderAnswer
from oracle.domain.ids import MemberId
from oracle.domain.messages import Header, MessageType
from oracle.domain.reports import Party, ProofLine
from oracle.domain.settlement import DisclosuresBody, RefusalReason, reason_name
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.errors import WireRefused


def check_answer(
    part: HolderPart, found: ReplyFound, picture: Picture
) -> tuple[tuple[ProofLine, ...], tuple[DisclosedRecord, ...]]:
    """Of the holder's answer to the receipt, and the records that count."""
    holder, answer = part.holder, part.answer
    if answer is None:
        why = "The requester has no answer of the holder to its receipt."
        return (not_applicable("disclosures", why, holder=holder),), ()
    if not signed_answer(answer, holder, picture):
        why = "The answer in the dossier is not signed by the holder."
        return (failed("disclosures", why, Party.REQUESTER, holder=holder),), ()
    try:
        body = decode_disclosures(answer.frame)
    except WireRefused as error:
        return (failed("disclosures", f"They do not parse: {error}.", Party.HOLDER, holder=holder),), ()
    return _disclosed(part, body, found, picture)


def _disclosed(
    part: HolderPart, body: DisclosuresBody, found: ReplyFound, picture: Picture
) -> tuple[tuple[ProofLine, ...], tuple[DisclosedRecord, ...]]:
    holder = part.holder
    reply = AskedReply(
        batch_id=picture.batch_id,
        holder=holder,
        state=part.state,
        reason=part.reason,
        latency_ms=None,
        received=part.reply,
        proven=found.proven,
    )
    settled = check_disclosures(body.records, reply=reply, notary=picture.witness)
    wrong = [index for index, reason in settled.unserved if reason == RefusalReason.MALFORMED]
    answered = {record.index for record in body.records}
    refused = [
        (index, reason)
        for index, reason in settled.unserved
        if index in answered and reason != RefusalReason.MALFORMED
    ]
    silent = [index for index, _ in settled.unserved if index not in answered]
    lines = []
    if wrong:
        why = f"Not the committed records, or not signed: {places(wrong)}."
        lines.append(failed("disclosures", why, Party.HOLDER, holder=holder))
    elif not settled.records:
        lines.append(not_applicable("disclosures", "None was made.", holder=holder))
    else:
        why = f"Records disclosed: {len(settled.records)}, each the committed one and signed by category."
        lines.append(passed("disclosures", why, holder=holder))
    if settled.withdrawn or refused:
        said = [f"{places(list(settled.withdrawn))} as withdrawn"] if settled.withdrawn else []
        said += [f"{places([index])} as {reason_name(reason)}" for index, reason in refused]
        lines.append(not_applicable("not served", f"By the holder's word: {'; '.join(said)}.", holder=holder))
    if silent:
        why = f"The holder's answer says nothing of {places(silent)}."
        lines.append(not_applicable("not answered", why, holder=holder))
    return tuple(lines), settled.records


def signed_answer(answer: HolderAnswer, holder: MemberId, picture: Picture) -> bool:
    header = Header(
        version=answer.version,
        type=MessageType.DISCLOSURES,
        batch_id=picture.batch_id,
        sender=holder,
        recipient=picture.request.requester,
        sender_key_version=answer.key_version,
        recipient_key_version=answer.sealing_version,
        body_digest=keccak256(answer.frame),
    )
    return picture.witness.signed_by(header, answer.signature, holder, answer.key_version)
