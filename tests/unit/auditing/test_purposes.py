"""Purposes are counted from the files that draws brought, beside all that was committed."""

from stage.consortium import Consortium

from oracle.auditing.codec import encode_dossier
from oracle.auditing.losing import Loss, encode_loss
from oracle.auditing.purposes import purpose_lines
from oracle.chain.facts import Anchored
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.reports import PurposeLine, RawSubject
from oracle.wiring.dossiers import build_gathering

LOSS = encode_loss(
    Loss(
        chain_id=1,
        registry=Address("0x" + "00" * 20),
        case_id=bytes(32),
        batch_id=BatchId(bytes(32)),
        member=MemberId(1),
        noticed_at=1,
    )
)


async def _asked(consortium: Consortium, purpose: int, *names: str) -> bytes:
    """A query under this purpose, committed; its dossier."""
    asker = consortium[1]
    accepted = await asker.requester.desk.submit(
        [RawSubject(type="domain", value=name) for name in names],
        purpose=purpose,
        case_reference="",
        deadline_s=None,
    )
    await asker.commit()
    batch = await asker.batch(accepted)
    return encode_dossier(await build_gathering(asker.base, asker.requester).dossier(batch.batch_id))


async def test_purposes__of_drawn_batches__are_counted_by_member(consortium: Consortium) -> None:
    first = await _asked(consortium, 2, "one.example", "two.example")
    second = await _asked(consortium, 5, "three.example")
    await _asked(consortium, 5, "not-drawn.example")
    committed = consortium.chain.view.commitments.all

    lines = purpose_lines([first, second, LOSS, b""], committed)

    assert lines == tuple(
        PurposeLine(
            requester=1,
            purpose=purpose,
            batches=1,
            elements=elements,
            committed_batches=3,
            committed_elements=4,
        )
        for purpose, elements in ((2, 2), (5, 1))
    )
    assert [(one.purpose, one.committed_batches) for one in purpose_lines([], committed)] == [(0, 3)]


async def test_purposes__of_members_that_ask_express__are_beside_all_that_they_anchored(
    consortium: Consortium,
) -> None:
    asker = consortium[1]
    await asker.ask_at_once("one.example", "two.example")
    consortium.chain.pass_time(2_000)
    await asker.accounts.anchoring.round()
    anchors = [fact for fact in consortium.chain.history if isinstance(fact, Anchored)]

    (line,) = purpose_lines([], anchors)

    assert (line.requester, line.purpose, line.batches, line.committed_batches) == (1, 0, 0, 0)
    assert (line.anchored_batches, line.anchored_elements) == (1, 2)
