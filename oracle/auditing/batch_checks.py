"""Checks of the batch as a whole: who signed it, where the chain has it, what its elements open to."""

from collections.abc import Iterator

from oracle.auditing.dossier import Dossier
from oracle.auditing.lines import failed, not_applicable, passed, places
from oracle.auditing.picture import Picture
from oracle.crypto.anchor_tree import AnchoredBatch, AnchorNode, proves
from oracle.crypto.buckets import bucket_hash, prefix
from oracle.crypto.errors import CryptoError
from oracle.crypto.keccak import keccak256
from oracle.crypto.voprf import reblind_check
from oracle.domain.ids import KeyVersion
from oracle.domain.messages import Mode
from oracle.domain.reports import Party, ProofLine
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.bodies.elements import elements_hash, unpack_elements
from oracle.peer.statements import parse_request
from oracle.subjects import SubjectRefused, canonical

FIRST = KeyVersion(1)
UNOPENED = "openings"
_BY = Party.REQUESTER
ANCHOR = "anchor"
OPENING = frozenset({"elements", "subjects", "openings"})
"""Without these nobody can say which elements were hits."""


def batch_checks(dossier: Dossier, picture: Picture) -> Iterator[ProofLine]:
    """In the order in which one rests on another."""
    yield _consortium(dossier, picture)
    yield _signature(dossier, picture)
    yield _commitment(picture) if picture.request.mode is Mode.COMMITTED else _reference(dossier, picture)
    if picture.request.mode is Mode.EXPRESS:
        yield _anchor(dossier, picture)
    yield _elements(dossier, picture)
    yield _subjects(dossier)
    yield _openings(dossier)
    yield _prefixes(dossier, picture)
    yield _purpose(picture)
    yield _case_reference(dossier, picture)


def subject_of(encoded: bytes) -> Subject | None:
    """The canonical subject in `subject_bytes`, or None."""
    if not encoded or encoded[0] not in set(SubjectType):
        return None
    try:
        value = encoded[1:].decode()
        found = canonical(SubjectType(encoded[0]), value)
    except (UnicodeDecodeError, SubjectRefused):
        return None
    return found if found.value == value else None


def _consortium(dossier: Dossier, picture: Picture) -> ProofLine:
    ours = picture.addresses.chain_id, picture.addresses.registry
    if (dossier.chain_id, dossier.registry) != ours:
        return failed("consortium", "The dossier names another chain or another registry.", _BY)
    return passed("consortium", "Chain and registry are those of the deployment.")


def _signature(dossier: Dossier, picture: Picture) -> ProofLine:
    signed = parse_request(dossier.request)
    if picture.witness.signed_since(signed.value, signed.signature, signed.value.requester, FIRST):
        return passed("request", "Signed by an operator key of the requester.")
    return failed("request", "Not signed by any operator key that the requester ever registered.", _BY)


def _commitment(picture: Picture) -> ProofLine:
    request = picture.request
    found = picture.now.commitment(request.requester, picture.batch_id)
    if found is None:
        return failed("commitment", "The chain has no commitment of this batch by this requester.", _BY)
    if (found.count, found.deadline) != (request.count, request.deadline):
        return failed("commitment", "Count or deadline differ from what was committed.", _BY)
    return passed("commitment", f"Committed in block {found.at.block_number}.")


def _reference(dossier: Dossier, picture: Picture) -> ProofLine:
    if picture.ground is None:
        return failed("reference block", "The chain has another block under this number.", _BY)
    stated = dossier.reference
    ground = picture.ground
    if stated is None or (stated.number, stated.timestamp) != (ground.block_number, ground.block_timestamp):
        return failed("reference block", "The dossier states another block or time.", _BY)
    if stated.hash != picture.request.reference_block_hash:
        return failed("reference block", "The dossier states another hash than the request.", _BY)
    return passed("reference block", f"Block {ground.block_number} of the chain.")


def _anchor(dossier: Dossier, picture: Picture) -> ProofLine:
    stated, request = dossier.anchor, picture.request
    if stated is None:
        return not_applicable(ANCHOR, "It was in no anchor when the dossier was made.")
    place = stated.place
    proven = place.batch_id == picture.batch_id and proves(
        AnchorNode(hash=stated.root, elements=stated.elements),
        batches=stated.batches,
        batch=AnchoredBatch(batch_id=picture.batch_id, count=request.count),
        index=place.index,
        siblings=[AnchorNode(hash=hashed, elements=elements) for hashed, elements in place.siblings],
    )
    if not proven:
        return failed(ANCHOR, "The batch does not stand where the dossier says in this anchor.", _BY)
    found = picture.now.anchors.anchor(request.requester, stated.root)
    if found is None:
        return not_applicable(ANCHOR, "The anchor was decided on and is not on the chain yet.")
    if (found.batches, found.elements) != (stated.batches, stated.elements):
        return failed(ANCHOR, "The chain has this root with other sums.", _BY)
    return passed(ANCHOR, f"Anchored in block {found.at.block_number}.")


def _elements(dossier: Dossier, picture: Picture) -> ProofLine:
    elements = unpack_elements(dossier.elements)
    same = elements_hash(dossier.elements) == picture.request.elements_hash
    if not same or len(elements) != picture.request.count:
        return failed("elements", "The elements are not the ones that were signed.", _BY)
    return passed("elements", f"The {len(elements)} elements are those that were signed.")


def _subjects(dossier: Dossier) -> ProofLine:
    if not dossier.opened:
        return not_applicable("subjects", "It rests on the openings.")
    wrong = [index for index, one in enumerate(dossier.opened) if subject_of(one.subject) is None]
    if wrong:
        return failed("subjects", f"No canonical subject at {places(wrong)}.", _BY)
    return passed("subjects", "Every subject is of a known type and canonical.")


def _openings(dossier: Dossier) -> ProofLine:
    if not dossier.opened:
        return failed(UNOPENED, "The dossier opens none of its elements.", _BY)
    elements = unpack_elements(dossier.elements)
    wrong = [
        index
        for index, (one, element) in enumerate(zip(dossier.opened, elements, strict=True))
        if not _opens(one.subject, one.blind, element.blinded)
    ]
    if wrong:
        return failed(UNOPENED, f"Subject and blind do not open {places(wrong)}.", _BY)
    return passed(UNOPENED, "Every element is its subject blinded by its scalar: B = r · H(subject).")


def _opens(subject: bytes, blind: bytes, blinded: bytes) -> bool:
    try:
        return reblind_check(subject, blind, blinded)
    except CryptoError:
        return False


def _prefixes(dossier: Dossier, picture: Picture) -> ProofLine:
    if not dossier.opened:
        return not_applicable("prefixes", "It rests on the openings.")
    pairs = list(zip(dossier.opened, unpack_elements(dossier.elements), strict=True))
    wrong = [
        index
        for index, (one, element) in enumerate(pairs)
        if prefix(bucket_hash(one.subject), element.prefix_bits) != element.prefix
    ]
    if wrong:
        return failed("prefixes", f"Another subject's prefix at {places(wrong)}.", _BY)
    if picture.ground is None:
        return not_applicable("prefixes", "It rests on no block of the chain, so no length was governed.")
    at, parameters = picture.ground.block_number, picture.now.parameters
    kinds = {int(kind) for kind in SubjectType}
    longer = [
        index
        for index, (one, element) in enumerate(pairs)
        if one.subject
        and one.subject[0] in kinds
        and parameters.at_block(f"prefix_bits_{one.subject[0]}", at).value != element.prefix_bits
    ]
    if longer:
        # Holders refuse it, and it may have been signed before a vote: nobody's breach.
        return failed("prefixes", f"Of another length than governed: {places(longer)}.", Party.NOBODY)
    return passed("prefixes", "Every prefix is that of its subject, in the governed length.")


def _purpose(picture: Picture) -> ProofLine:
    parameters, purpose = picture.now.parameters, picture.request.purpose
    known = parameters.current("purpose_count").value
    if picture.ground is not None:
        known = max(known, parameters.at_block("purpose_count", picture.ground.block_number).value)
    if not 1 <= purpose <= known:
        return failed("purpose", f"Purpose {purpose} is not on the governed list.", _BY)
    return passed("purpose", f"Purpose {purpose} of the governed list of {known}.")


def _case_reference(dossier: Dossier, picture: Picture) -> ProofLine:
    if keccak256(dossier.case_salt + dossier.case_reference.encode()) != picture.request.case_commitment:
        return failed("case reference", "Salt and reference do not open the signed commitment.", _BY)
    return passed("case reference", "The one that the request committed to.")
