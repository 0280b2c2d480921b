"""What a requester shows in a dispute is held against the chain, piece by piece."""

import dataclasses
from collections.abc import Callable

import pytest
from stage.consortium import Consortium
from unit.auditing.test_case_answering import disputed, handed, kept

from oracle.auditing.case_files import CaseFileDamaged
from oracle.auditing.claim_checks import ClaimUnfounded, check_claim
from oracle.auditing.claim_file import ClaimFile, decode_claim_file
from oracle.auditing.disclosure_checks import check_served
from oracle.auditing.disclosure_file import DisclosureFile, decode_disclosure_file, encode_disclosure_file
from oracle.auditing.picture import Picture
from oracle.chain.grounds import ground_of_commitment
from oracle.domain.asked import ReplyState
from oracle.domain.ids import MemberId
from oracle.domain.settlement import RefusalReason, ServedRecord, ServedStatus
from oracle.rules.cases import Case
from oracle.rules.disputes import Served
from oracle.wiring.dossiers import addresses_of

replace = dataclasses.replace


def picture_of(consortium: Consortium, file: ClaimFile) -> Picture:
    asker, view = consortium[1], consortium.chain.view
    batch_id = asker.notary.batch_id(file.asked())
    committed = view.commitment(asker.id, batch_id)
    return Picture(
        addresses=addresses_of(asker.base.record),
        witness=asker.notary,
        batch_id=batch_id,
        request=file.asked(),
        now=view,
        then=view,
        ground=None if committed is None else ground_of_commitment(committed),
    )


async def shown(consortium: Consortium) -> tuple[Case, ClaimFile]:
    case = await disputed(consortium)
    return case, decode_claim_file((await kept(consortium[1], case)).file)


Lie = Callable[[ClaimFile, Case], tuple[ClaimFile, Case]]
LIES: dict[str, tuple[Lie, str]] = {
    "of another consortium": (lambda f, c: (replace(f, chain_id=f.chain_id + 1), c), "consortium"),
    "of another case": (lambda f, c: (f, replace(c, id=bytes(32))), "another case"),
    "against another holder": (lambda f, c: (f, replace(c, accused=MemberId(3))), "another case"),
    "by another member": (lambda f, c: (f, replace(c, opener=MemberId(3))), "another member"),
    "with an unsigned request": (
        lambda f, c: (replace(f, request=f.request[:-65] + bytes(65)), c),
        "not signed",
    ),
    "with other elements": (
        lambda f, c: (replace(f, elements=f.elements[:-1] + bytes([f.elements[-1] ^ 1])), c),
        "elements",
    ),
    "opened too late": (lambda f, c: (f, replace(c, opened_at=c.opened_at + 10_000_000)), "forgotten"),
    "of another claim": (lambda f, c: (f, replace(c, subject=bytes(32))), "not the disputed one"),
    "with an unsigned claim": (
        lambda f, c: (replace(f, claim=replace(f.claim, signature=bytes(65))), c),
        "claim is not signed",
    ),
    "of another reply": (lambda f, c: (f, replace(c, reply_digest=bytes(32))), "reply is not the disputed"),
    "without a reply": (
        lambda f, c: (replace(f, part=replace(f.part, reply=None, state=ReplyState.WAITING)), c),
        "no reply",
    ),
    "with another body than the signed one": (
        lambda f, c: (
            replace(f, part=replace(f.part, reply=replace(f.part.reply, frame=f.part.reply.frame + b"\x01"))),  # type: ignore[type-var]  # it has one
            c,
        ),
        "no answer",
    ),
    "for less than the price": (lambda f, c: (f, replace(c, amount=99)), "99 credits wait"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_claim__with_one_thing_untrue__is_unfounded(consortium: Consortium, lie: str) -> None:
    case, file = await shown(consortium)
    untrue, reason = LIES[lie]
    file, case = untrue(file, case)

    with pytest.raises(ClaimUnfounded, match=reason):
        check_claim(file, case, picture_of(consortium, file))


async def test_claim__true__is_the_disputed_hit(consortium: Consortium) -> None:
    case, file = await shown(consortium)

    found = check_claim(file, case, picture_of(consortium, file))

    assert found.index == file.claim.index


async def test_file__with_any_byte_flipped__is_damaged(consortium: Consortium) -> None:
    case, _ = await shown(consortium)
    content = (await kept(consortium[1], case)).file

    for place in range(0, len(content), 97):
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(CaseFileDamaged):
            decode_claim_file(flipped)


async def test_served__everything_but_the_committed_record__is_not_right(consortium: Consortium) -> None:
    case, claim = await shown(consortium)
    file = decode_disclosure_file(await handed(consortium, case))
    record = file.record
    assert record is not None
    picture = picture_of(consortium, claim)
    found = check_claim(claim, case, picture)

    def verdict(shows: ServedRecord | None, case_id: bytes = case.id) -> Served:
        content = encode_disclosure_file(DisclosureFile(case_id=case_id, salt=bytes(16), record=shows))
        return check_served(content, found, case, picture.witness)[0]

    at, reason = record.index, RefusalReason.CLAIM_NOT_FOUND
    unsigned = tuple(replace(one, signature=bytes(65)) for one in record.signatures)
    assert verdict(record) is Served.RIGHT
    assert verdict(ServedRecord(index=at, status=ServedStatus.WITHDRAWN, reason=0)) is Served.WITHDRAWN
    for wrong in (
        None,
        replace(record, index=at + 1),
        replace(record, salt=bytes(16)),
        replace(record, digests=(*record.digests[:-1], bytes(32))),
        replace(record, signatures=unsigned),
        ServedRecord(index=at, status=ServedStatus.REFUSED, reason=reason),
    ):
        assert verdict(wrong) is Served.NOT
    assert verdict(record, bytes(32)) is Served.NOT
    assert check_served(b"", found, case, picture.witness)[0] is Served.NOT
