"""Which places of anchors an auditor opens: all that the draw of their epoch fell on, once, in retention."""

from stage.ledger import START, FactChain

from oracle.auditing.duties import OpenLeaf, duties
from oracle.chain import facts
from oracle.crypto.draws import leaf_id
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import AnchorLeaf, CaseKind
from oracle.domain.ids import Address, MemberId

ME = Address("0x" + "11" * 20)
EPOCH_S = 1_000
CASE = b"\x08" * 32


def test_draw__once_it_is_made__opens_the_places_of_anchors_of_its_epoch_that_nobody_has_opened() -> None:
    chain = FactChain()
    chain.declare(epoch_length_s=EPOCH_S, audit_retention_s=86_400)

    def pass_to_epoch(epoch: int) -> None:
        chain.pass_time(START + epoch * EPOCH_S + 1 - chain.view.now)

    chain.happen(
        lambda at: facts.audits.AuditorAppointed(
            at=at,
            auditor=ME,
            sealing_suite=1,
            sealing_key=bytes(32),
            tls_fingerprint=bytes(32),
            certificate=b"",
            name_hash=bytes(32),
        ),
        lambda at: facts.audits.SeedCommitted(at=at, epoch=1, auditor=ME, commitment=bytes(32)),
    )
    pass_to_epoch(1)
    root, requester = b"\x05" * 32, MemberId(1)
    chain.happen(lambda at: facts.Anchored(at=at, requester=requester, root=root, batches=3, elements=9))
    pass_to_epoch(2)
    other = b"\x06" * 32
    chain.happen(
        lambda at: facts.audits.EpochClosed(
            at=at, epoch=1, closing_hash=bytes(32), reveal_by=chain.view.now, sample_ppm=1_000_000
        ),
        lambda at: facts.audits.SeedCommitted(at=at, epoch=3, auditor=ME, commitment=bytes(32)),
        lambda at: facts.audits.Drawn(at=at, epoch=1, value=keccak256(b"draw"), withheld=0),
        lambda at: facts.Anchored(at=at, requester=requester, root=other, batches=1, elements=1),
    )
    leaves = [AnchorLeaf(root=root, index=index) for index in range(3)]
    assert duties(chain.view, ME) == tuple(
        OpenLeaf(epoch=1, requester=requester, leaf=leaf) for leaf in leaves
    )

    subject = leaf_id(leaves[1])
    now = chain.view.now
    chain.happen(
        lambda at: facts.audits.CaseOpened(
            at=at,
            case_id=CASE,
            kind=CaseKind.DRAWN,
            accused=requester,
            opener=0,
            subject=subject,
            answer_by=now + 100,
            decide_by=now + 200,
            appeal_window_s=50,
            most=14,
        ),
        lambda at: facts.audits.LeafDrawn(at=at, case_id=CASE, root=root, index=1),
    )
    assert chain.view.audits.cases[CASE].leaf == leaves[1]
    assert [one.leaf for one in duties(chain.view, ME) if isinstance(one, OpenLeaf)] == [leaves[0], leaves[2]]

    chain.pass_time(86_400 + EPOCH_S)
    assert not any(isinstance(one, OpenLeaf) for one in duties(chain.view, ME))
