"""A journal with a fact missing or doubled stops the daemon instead of giving a wrong view."""

import pytest

from oracle.chain.errors import UnknownMember
from oracle.chain.facts import (
    AllowanceClaimed,
    Committed,
    EndpointSet,
    Fact,
    MemberAdmitted,
    MemberSuspended,
    OperatorRotated,
    ParameterDeclared,
    ParameterSet,
    Position,
    ProposalExecuted,
    Released,
    ReportClosed,
    VoteCast,
)
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.errors import Broken
from oracle.domain.ids import Address, BatchId, BlockNumber, Credits, KeyVersion, MemberId

AT = Position(
    block_number=BlockNumber(5), log_index=0, block_hash=bytes(32), block_timestamp=50, tx_hash=bytes(32)
)
ACCOUNT = Address("0x00000000000000000000000000000000000000AA")
ADMITTED = MemberAdmitted(at=AT, member_id=MemberId(1), governance=ACCOUNT, operator=ACCOUNT, activates_at=9)
COMMITTED = Committed(at=AT, batch_id=BatchId(bytes(32)), requester=MemberId(1), count=1, deadline=9)

PARAMETERS = tuple(
    ParameterDeclared(at=AT, key=keccak256(name.encode()), name=name, min=0, max=9_999, value=value)
    for name, value in (("epoch_start", 0), ("epoch_length_s", 10), ("entitlement_floor", 100))
)


def _operator(version: int) -> OperatorRotated:
    return OperatorRotated(at=AT, member_id=MemberId(1), version=KeyVersion(version), operator=ACCOUNT)


@pytest.mark.parametrize(
    "facts",
    [
        [ADMITTED, ADMITTED],
        [ADMITTED, _operator(2)],
        [ADMITTED, _operator(1), _operator(1)],
        [*PARAMETERS, COMMITTED, COMMITTED],
        [ReportClosed(at=AT, requester=MemberId(1), batch_id=BatchId(bytes(32)), state=4)],
        [Released(at=AT, dispute_id=bytes(32), winner=MemberId(1), amount=Credits(1))],
        [AllowanceClaimed(at=AT, member_id=MemberId(1), epoch=3, amount=Credits(1), expired=Credits(1))],
        [ParameterSet(at=AT, key=keccak256(b"finality_depth"), value=1)],
        [ParameterDeclared(at=AT, key=bytes(32), name="finality_depth", min=0, max=9, value=1)],
        [ProposalExecuted(at=AT, proposal_id=7)],
        [VoteCast(at=AT, voter=ACCOUNT, proposal_id=7, support=1, weight=1, reason="")],
    ],
)
def test_fold__fact_missing_or_twice__is_broken(facts: list[Fact]) -> None:
    with pytest.raises(Broken):
        AllianceView().fold(facts)


def test_fold__status_of_an_unknown_member__is_refused() -> None:
    with pytest.raises(UnknownMember):
        AllianceView().apply(MemberSuspended(at=AT, member_id=MemberId(3)))


def test_member_by_tls__one_certificate_twice__stays_with_whoever_announced_it_first() -> None:
    view = AllianceView()
    other = MemberAdmitted(at=AT, member_id=MemberId(2), governance=ACCOUNT, operator=ACCOUNT, activates_at=9)
    view.fold([ADMITTED, other])
    for member in (1, 2):
        view.apply(
            EndpointSet(
                at=AT,
                member_id=MemberId(member),
                endpoint="https://host",
                tls_fingerprint=b"\x01" * 32,
                certificate=b"",
            )
        )

    found = view.member_by_tls(b"\x01" * 32)

    assert found is not None
    assert found.id == 1


def test_become__another_view__takes_over_all_of_it() -> None:
    view, fresh = AllianceView(), AllianceView()
    fresh.fold([*PARAMETERS, ADMITTED, COMMITTED])

    view.become(fresh)

    assert view == fresh
    assert view.commitment(COMMITTED.requester, COMMITTED.batch_id) == COMMITTED
