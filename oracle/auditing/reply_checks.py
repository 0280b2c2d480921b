"""Checks of one holder's reply: its signature, its snapshot, its paths and its proof, and what it says."""

from dataclasses import dataclass, replace

from oracle.asking.possession import proven
from oracle.asking.rejection import (
    ReplyHeadWrong,
    ReplyKeyUnproven,
    ReplyOrderWrong,
    ReplyPathWrong,
    ReplyProofWrong,
    ReplyRejected,
    ReplySnapshotWrong,
)
from oracle.asking.verifying import ReplyCase, prove_reply
from oracle.auditing.batch_checks import subject_of
from oracle.auditing.dossier import Dossier, HolderPart
from oracle.auditing.lines import failed, not_applicable, passed
from oracle.auditing.picture import Picture
from oracle.chain.errors import UnknownKeyVersion, UnknownMember
from oracle.crypto.errors import CryptoError
from oracle.domain.asked import Opening, ProvenReply, ReceivedReply, ReplyState
from oracle.domain.errors import Refused
from oracle.domain.ids import MemberId
from oracle.domain.messages import ReplyHead
from oracle.domain.reports import Party, ProofLine
from oracle.domain.settlement import reason_name
from oracle.domain.subject import Subject
from oracle.peer.errors import WireRefused
from oracle.peer.statements import parse_reply_head
from oracle.rules.replies import ExpectedReply

STAGES = ("reply", "snapshot", "form", "paths", "proof")
SAYS = {
    "reply": "Head and body are this batch's, signed by an operator key of the holder.",
    "snapshot": "From the snapshot that the chain prescribes: sequence, root, bits, key and block.",
    "form": "One answer for each element, in the form of this version.",
    "paths": "Buckets in order; every path leads to the root that was published before.",
    "proof": "Evaluated with the holder's registered key: the DLEQ proof holds.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFound:
    """A reply recomputed."""

    lines: tuple[ProofLine, ...]
    head: ReplyHead | None
    proven: ProvenReply | None
    """None where the reply is no answer."""


def check_reply(part: HolderPart, dossier: Dossier, picture: Picture) -> ReplyFound:
    """All checks of protocol.md, section 7, step 8, one line each."""
    holder = part.holder
    if part.reply is None:
        said = {
            ReplyState.REFUSED: f"The requester noted a refusal: {reason_name(part.reason)}.",
            ReplyState.EXPIRED: "The requester noted that nothing came in time.",
        }
        why = said.get(part.state, f"The dossier has none; the requester's journal says {part.state.value}.")
        return ReplyFound(lines=(not_applicable("reply", why, holder=holder),), head=None, proven=None)
    try:
        head = parse_reply_head(part.reply.statement).value
    except WireRefused as error:
        line = failed("reply", f"Its head does not parse: {error}.", Party.HOLDER, holder=holder)
        return ReplyFound(lines=(line,), head=None, proven=None)
    try:
        found = _prove(part.reply, head, holder, dossier, picture)
    except OpeningWithoutSubject as error:
        lines = tuple(not_applicable(name, str(error), holder=holder) for name in (*STAGES, "hits"))
        return ReplyFound(lines=lines, head=head, proven=None)
    except CryptoError:
        lines = (*_passed_before("", holder), not_applicable("hits", "The openings fail.", holder=holder))
        return ReplyFound(lines=lines, head=head, proven=None)
    except ReplyRejected as error:
        return ReplyFound(lines=_failed_at(_stage(error), str(error), holder), head=head, proven=None)
    hits = f"{len(found.hits)} of {len(dossier.opened)} elements stand in the snapshot."
    lines = (*_passed_before("", holder), passed("hits", hits, holder=holder))
    return ReplyFound(lines=lines, head=head, proven=found)


def _prove(
    reply: ReceivedReply, head: ReplyHead, holder: MemberId, dossier: Dossier, picture: Picture
) -> ProvenReply:
    case = reply_case(reply, head, holder, dossier.elements, picture)
    return prove_reply(replace(case, openings=openings_of(dossier)))


def reply_case(
    reply: ReceivedReply, head: ReplyHead, holder: MemberId, elements: bytes, picture: Picture
) -> ReplyCase:
    """A signed reply beside what the chain says that it has to be; raises `ReplyRejected`."""
    signed = parse_reply_head(reply.statement)
    if not picture.witness.signed_by(signed.value, signed.signature, holder, reply.sender_key_version):
        raise ReplyHeadWrong("The head is not signed by the holder's operator key of the stated version.")
    published = None if picture.ground is None else picture.ground.publication(picture.now, holder)
    if published is None:
        raise ReplySnapshotWrong("The chain names no snapshot of this holder for this batch.")
    publication = published.publication
    try:
        key = picture.now.oprf_key(holder, publication.oprf_key_version)
    except (UnknownMember, UnknownKeyVersion) as error:
        raise ReplyProofWrong("The chain has no such key of this holder.") from error
    return ReplyCase(
        expected=ExpectedReply(
            batch_id=picture.batch_id,
            holder=holder,
            publication=publication,
            snapshot_block=published.block_number,
            snapshot_block_hash=published.block_hash,
        ),
        oprf_key=proven(key),
        head=head,
        frame=reply.frame,
        elements=elements,
        openings=(),
    )


def openings_of(dossier: Dossier) -> tuple[Opening, ...]:
    """As the requester's own check takes them. Raises `OpeningWithoutSubject`."""
    return tuple(
        Opening(subject=_subject(one.subject), blind=one.blind, positions=(index,))
        for index, one in enumerate(dossier.opened)
    )


class OpeningWithoutSubject(Refused):
    """An element of the dossier opens to nothing that could be asked about."""

    code = "opening_without_subject"


def _subject(encoded: bytes) -> Subject:
    found = subject_of(encoded)
    if found is None:
        raise OpeningWithoutSubject("An element of the dossier has no canonical subject.")
    return found


def _stage(error: ReplyRejected) -> str:
    match error:
        case ReplyHeadWrong():
            return "reply"
        case ReplySnapshotWrong():
            return "snapshot"
        case ReplyPathWrong() | ReplyOrderWrong():
            return "paths"
        case ReplyProofWrong() | ReplyKeyUnproven():
            return "proof"
        case _:
            return "form"


def _passed_before(stage: str, holder: MemberId) -> tuple[ProofLine, ...]:
    """All stages, or those before this one."""
    done = STAGES if not stage else STAGES[: STAGES.index(stage)]
    return tuple(passed(name, SAYS[name], holder=holder) for name in done)


def _failed_at(stage: str, why: str, holder: MemberId) -> tuple[ProofLine, ...]:
    return (
        *_passed_before(stage, holder),
        failed(stage, why, Party.HOLDER, holder=holder),
        *(
            not_applicable(name, f"It rests on the check of {stage}.", holder=holder)
            for name in (*STAGES[STAGES.index(stage) + 1 :], "hits")
        ),
    )
