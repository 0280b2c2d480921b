"""Who belongs to the consortium, under names that the registry's hashes confirm."""

from dataclasses import replace
from typing import Any

import pytest
from stage.consortium import Consortium

from oracle.chain import facts
from oracle.chain.applications import possession_context
from oracle.chain.errors import ApplicationRefused
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.signing import Signer, generate_signing_key
from oracle.crypto.tls import create_certificate
from oracle.crypto.voprf import generate_key, public_key
from oracle.domain.application import Application
from oracle.domain.ids import Address, MemberId
from oracle.domain.reports import MemberStatus
from oracle.governing.applications import admission_motion
from oracle.governing.members import MembersDesk
from oracle.governing.names import MemberNames


def _application(name: str = "Newcomer") -> Application:
    secret = generate_key()
    governance = Signer(generate_signing_key()).address
    return Application(
        name=name,
        governance=governance,
        operator=Signer(generate_signing_key()).address,
        sealing_suite=1,
        sealing_key=b"\x09" * 32,
        oprf_key=public_key(secret),
        oprf_possession=prove_possession(secret, possession_context(governance)),
        endpoint="https://newcomer.example:8443",
        certificate=create_certificate(b"\x05" * 32, name),
        profile_hash=keccak256(name.encode()),
    )


def _proposed(consortium: Consortium, title: str) -> None:
    consortium.chain.happen(
        lambda at: facts.ProposalCreated(
            at=at,
            proposal_id=len(consortium.chain.view.proposals.all) + 1,
            proposer=Address("0x" + "11" * 20),
            targets=(),
            values=(),
            signatures=(),
            calldatas=(),
            vote_start=0,
            vote_end=1,
            description=title,
        )
    )


def _named(consortium: Consortium, name: str) -> None:
    consortium.chain.happen(
        lambda at: facts.ProfileSet(at=at, member_id=MemberId(3), profile_hash=keccak256(name.encode()))
    )


def test_name__known_and_registered__is_told(consortium: Consortium) -> None:
    names = MemberNames(view=consortium.chain.view, known=("Asker", "North"))

    assert names.name_of(MemberId(2)) == "North"
    assert names.name_of(MemberId(3)) == ""


def test_name__from_the_title_of_an_admission__counts_when_it_hashes_to_the_profile(
    consortium: Consortium,
) -> None:
    names = MemberNames(view=consortium.chain.view, known=())
    _proposed(consortium, "Admit A Bank (operator 0x1, https://a.example)")
    _proposed(consortium, "Suspend A Bank")
    _named(consortium, "Suspend A Bank")
    assert names.name_of(MemberId(3)) == ""

    _named(consortium, "A Bank")
    assert names.name_of(MemberId(3)) == "A Bank"


def test_motion__for_a_newcomer__admits_exactly_it_and_names_it(consortium: Consortium) -> None:
    application = _application()
    registry = consortium[1].base.contracts.registry

    motion = admission_motion(application, registry=registry, view=consortium.chain.view)

    assert motion.calldatas == (registry.admit(application).data,)
    assert motion.targets == (registry.contract.address,)
    assert motion.description.startswith("Admit Newcomer (operator 0x")
    other = admission_motion(_application(), registry=registry, view=consortium.chain.view)
    assert other.proposal_id != motion.proposal_id


@pytest.mark.parametrize("taken", ["governance", "operator", "oprf_key", "as the other account"])
def test_motion__for_what_a_member_has_already__is_refused(consortium: Consortium, taken: str) -> None:
    view = consortium.chain.view
    member = view.member(MemberId(2))
    application = _application()
    changes: dict[str, Any] = {
        "governance": {"governance": member.governance},
        "operator": {"operator": member.operator.value},
        "oprf_key": {"oprf_key": member.oprf_key.value.key},
        "as the other account": {"operator": member.governance},
    }[taken]

    with pytest.raises(ApplicationRefused):
        admission_motion(
            replace(application, **changes), registry=consortium[1].base.contracts.registry, view=view
        )


def test_motion__for_an_operator_that_was_rotated_away__is_refused(consortium: Consortium) -> None:
    view = consortium.chain.view
    old = view.member(MemberId(2)).operator.value
    consortium.chain.happen(
        lambda at: facts.OperatorRotated(
            at=at, member_id=MemberId(2), version=2, operator=Address("0x" + "22" * 20)
        )
    )

    with pytest.raises(ApplicationRefused):
        admission_motion(
            replace(_application(), operator=old),
            registry=consortium[1].base.contracts.registry,
            view=view,
        )


async def test_members__as_one_member_sees_them__are_all_ever_admitted_by_number(
    consortium: Consortium,
) -> None:
    base = consortium[1].base
    names = MemberNames(view=base.view, known=("Asker", "North"))
    desk = MembersDesk(me=MemberId(1), view=base.view, names=names, clock=base.clock)
    consortium.chain.happen(lambda at: facts.MemberSuspended(at=at, member_id=MemberId(3)))

    lines = await desk.members()

    assert [(line.member_id, line.name, line.status, line.is_self) for line in lines] == [
        (1, "Asker", MemberStatus.ACTIVE, True),
        (2, "North", MemberStatus.ACTIVE, False),
        (3, "", MemberStatus.SUSPENDED, False),
    ]
    assert {line.score_bps for line in lines} == {5_000}
    assert {line.hit_price for line in lines} == {100}
    assert {line.sequence for line in lines} == {1}
