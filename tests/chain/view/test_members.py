"""Members, keys, statuses and proposals: the view against the contracts at the same block."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest

from oracle.chain.books.members import Status
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.contracts.consortium_governor import ProposalState, motion
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.errors import UnknownKeyVersion, UnknownMember, UnknownParameter
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.node import LATEST
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.crypto.signing import Signer
from oracle.crypto.typed_data import digest, member_domain
from oracle.domain.application import Application
from oracle.domain.ids import BlockNumber, KeyVersion, MemberId
from oracle.domain.messages import OperatorRotation

ExpectEqual = Callable[[AllianceView], Awaitable[None]]
AskChain = Callable[..., Awaitable[object]]
OperatorLane = Callable[[int], Lane]
ONE, TWO, THREE = MemberId(1), MemberId(2), MemberId(3)


class Founder(Protocol):
    application: Application
    governance: AccountSigner
    operator: AccountSigner
    operator_key: bytes


async def test_view__after_founding__equals_the_contracts(
    stream: EventStream, founders: tuple[Founder, ...], expect_equal: ExpectEqual
) -> None:
    await expect_equal(stream.view)

    member = stream.view.member(TWO)
    application = founders[1].application
    assert member.governance == application.governance
    assert member.profile_hash == application.profile_hash
    assert stream.view.sealing_key(TWO, KeyVersion(1)).key == application.sealing_key
    assert stream.view.oprf_key(TWO, KeyVersion(1)).possession == application.oprf_possession
    assert member.endpoint is not None
    assert member.endpoint.certificate == application.certificate
    assert stream.view.member_by_tls(member.endpoint.tls_fingerprint) == member


async def test_view__unknown_things__are_refused_by_name(stream: EventStream) -> None:
    with pytest.raises(UnknownMember):
        stream.view.member(MemberId(9))
    with pytest.raises(UnknownKeyVersion):
        stream.view.oprf_key(ONE, KeyVersion(2))
    with pytest.raises(UnknownKeyVersion):
        stream.view.operator_of(ONE, KeyVersion(0))
    with pytest.raises(UnknownParameter):
        stream.view.parameter("no_such_parameter")
    with pytest.raises(UnknownParameter, match="epoch"):
        stream.view.parameter("hit_fee")


async def test_view__keys_rotated_and_statuses_changed__equals_the_contracts(
    *,
    stream: EventStream,
    expect_equal: ExpectEqual,
    contracts: Bindings,
    founders: tuple[Founder, ...],
    founder_named: Callable[[str], Founder],
    lane_of: Callable[..., Lane],
    governed: Callable[[Order], Awaitable[None]],
) -> None:
    spare, registry = founder_named("spare"), contracts.registry
    governance = lane_of(founders[0].governance)
    rotation = OperatorRotation(
        member_id=ONE, version=KeyVersion(2), operator=spare.operator.address, grace_s=60
    )
    domain = member_domain(governance.chain_id, registry.contract.address)
    possession = Signer(spare.operator_key).sign(digest(domain, rotation))
    await governance.execute("operator", registry.rotate_operator(rotation, possession=possession))
    operator = lane_of(spare.operator)
    await operator.execute("sealing", registry.rotate_sealing(1, b"\x05" * 32, grace_s=60))
    new_key = spare.application
    await operator.execute("oprf", registry.rotate_oprf(new_key.oprf_key, new_key.oprf_possession, grace_s=0))
    await operator.execute(
        "endpoint", registry.set_endpoint("https://elsewhere:1", b"new certificate", grace_s=60)
    )
    await governed(registry.suspend(TWO))
    await governed(registry.suspend(THREE))
    await governed(registry.reinstate(THREE))
    await governed(registry.replace_governance(ONE, spare.governance.address))
    await stream.poll()

    view = stream.view
    await expect_equal(view)
    member = view.member(ONE)
    assert member.governance == spare.governance.address
    assert view.member_by_operator(founders[0].operator.address) is None
    assert (member.operator.version, member.sealing_key.version, member.oprf_key.version) == (2, 2, 2)
    assert view.sealing_key(ONE, KeyVersion(1)).key == founders[0].application.sealing_key
    first = member.operators[0]
    assert first.replaced_at is not None
    assert first.valid_until == first.replaced_at + 60
    assert first.counts_at(first.replaced_at + 59)
    assert not first.counts_at(first.replaced_at + 60)
    assert member.oprf_keys[0].valid_until == member.oprf_keys[0].replaced_at
    assert member.endpoints[0].valid_until is not None
    assert member.endpoint is not None
    assert view.member_by_tls(member.endpoint.tls_fingerprint) == member
    assert view.member(TWO).status is Status.SUSPENDED
    assert [each.id for each in view.members_in_standing()] == [ONE, THREE]
    suspended_in = view.member(TWO).statuses[-1][0]
    assert view.member(TWO).status_at(BlockNumber(suspended_in - 1)) is Status.ACTIVE

    await governed(registry.expel(TWO))
    await lane_of(founders[2].governance).execute("leave", registry.leave(THREE))
    await stream.poll()

    await expect_equal(view)
    assert (view.member(TWO).status, view.member(THREE).status) == (Status.EXPELLED, Status.LEFT)
    assert view.member(TWO).exited_at is not None
    assert view.member(ONE).exited_at is None


async def test_view__a_proposal_from_vote_to_execution__admits_the_member(
    *,
    stream: EventStream,
    expect_equal: ExpectEqual,
    contracts: Bindings,
    connection: ChainConnection,
    founders: tuple[Founder, ...],
    founder_named: Callable[[str], Founder],
    operator_lane: OperatorLane,
    lane_of: Callable[..., Lane],
    ask_chain: AskChain,
) -> None:
    newcomer, governor = founder_named("Bank D"), contracts.governor
    put = motion([contracts.registry.admit(newcomer.application)], "Admit Bank D")
    sender = operator_lane(1)
    await sender.execute("propose", governor.propose(put))
    await ask_chain("evm_increaseTime", 2)
    await ask_chain("evm_mine")
    for founder in founders[:2]:
        await lane_of(founder.governance).execute("vote", governor.cast_vote(put.proposal_id, 1))
    await ask_chain("evm_increaseTime", 5)
    await ask_chain("evm_mine")
    await sender.execute("queue", governor.queue(put))
    await ask_chain("evm_increaseTime", 2)
    await sender.execute("execute", governor.execute(put))
    await ask_chain("evm_increaseTime", 3)
    await stream.poll()

    view = stream.view
    proposal = view.proposals.get(put.proposal_id)
    assert proposal is not None
    assert proposal.created.calldatas == put.calldatas
    assert {voter: vote.support for voter, vote in proposal.votes.items()} == {
        founder.governance.address: 1 for founder in founders[:2]
    }
    assert proposal.executed
    state = await governor.state(connection, put.proposal_id, block=LATEST)
    assert state is ProposalState.EXECUTED
    tally = await governor.votes(connection, put.proposal_id, block=LATEST)
    assert (tally.in_favour, tally.against) == (2, 0)
    member = view.member_by_operator(newcomer.operator.address)
    assert member is not None
    assert member.status is Status.ADMITTED
    await expect_equal(view)

    await sender.execute("activate", contracts.registry.activate(member.id))
    await sender.execute("grant", contracts.credits.claim_grant(member.id))
    await stream.poll()

    assert view.member(member.id).status is Status.ACTIVE
    await expect_equal(view)
