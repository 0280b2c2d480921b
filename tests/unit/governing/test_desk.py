"""Proposals are made, voted and carried, each step once, and what the governor says is believed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from stage.consortium import Consortium, House

from oracle.chain import facts
from oracle.chain.artifacts import load_artifact
from oracle.chain.books.members import Status
from oracle.chain.books.parameters import parameter_key
from oracle.chain.calls import contract_at
from oracle.chain.contracts.consortium_governor import ProposalState
from oracle.chain.node import Call
from oracle.domain.ids import MemberId
from oracle.domain.reports import ProposalState as Told
from oracle.domain.reports import SignedBallot, Support, UnknownReference
from oracle.governing.desk import GovernanceDesk, NothingToCarry
from oracle.governing.examining import Examiner
from oracle.governing.names import MemberNames
from oracle.governing.parameters import ParametersReader
from oracle.governing.upkeep import Upkeep

NUMBER = 77


@dataclass
class GovernorNode:
    """Answers the governor's views with what the test sets."""

    states: dict[int, ProposalState] = field(default_factory=dict)
    nonce: int = 5

    async def call(self, call: Call, _block: object) -> bytes:
        entry = next(
            entry
            for entry in load_artifact("ConsortiumGovernor").entries("function")
            if entry.selector == call.data[:4]
        )
        arguments = decode([one.canonical for one in entry.inputs], call.data[4:])
        value = {
            "state": lambda: int(self.states.get(arguments[0], ProposalState.PENDING)),
            "quorum": lambda: 2,
            "nonces": lambda: self.nonce,
        }[entry.name]()
        return encode([one.canonical for one in entry.outputs], [value])

    async def ask(self, question: Callable[["GovernorNode"], Any]) -> Any:
        return await question(self)


@dataclass(kw_only=True)
class Council:
    house: House
    node: GovernorNode
    desk: GovernanceDesk

    def propose(self, number: int = NUMBER, **changes: Any) -> None:
        proposer = self.house.base.view.member(self.house.id).operator.value
        values = {
            "proposal_id": number,
            "proposer": proposer,
            "targets": (proposer,),
            "values": (0,),
            "signatures": ("",),
            "calldatas": (b"\x01",),
            "vote_start": 1,
            "vote_end": 2,
            "description": "Something",
        } | changes
        self.house.chain.happen(lambda at: facts.ProposalCreated(at=at, **values))

    def orders(self) -> list[str]:
        return [function for function, _ in self.house.lane.orders if function != "publish"]


def examiner_of(house: House, node: GovernorNode) -> Examiner:
    base = house.base
    deployed = base.record.contracts
    return Examiner(
        contracts={name: contract_at(name, contract.address) for name, contract in deployed.items()},
        connection=node,
        view=base.view,
        names=MemberNames(view=base.view, known=base.record.names),
        parameters=ParametersReader(
            view=base.view,
            governor=base.contracts.governor,
            timelock=base.contracts.timelock,
            connection=node,
        ),
    )


@pytest.fixture
def council(consortium: Consortium) -> Council:
    house, node = consortium[1], GovernorNode()
    desk = GovernanceDesk(
        me=house.id,
        governor=house.base.contracts.governor,
        registry=house.base.contracts.registry,
        connection=node,
        lane=house.lane,
        view=house.base.view,
        clock=house.base.clock,
        chain_id=31337,
        examiner=examiner_of(house, node),
    )
    return Council(house=house, node=node, desk=desk)


async def test_proposals__listed__are_the_newest_first_with_votes_and_state(council: Council) -> None:
    council.propose(1)
    council.propose(2)
    voters = [council.house.base.view.member(MemberId(number)).governance for number in (1, 2, 3)]
    council.house.chain.happen(
        *(
            lambda at, v=voter, s=support: facts.VoteCast(
                at=at, voter=v, proposal_id=1, support=s, weight=1, reason=""
            )
            for voter, support in zip(voters, (1, 0, 2), strict=True)
        )
    )
    council.node.states = {1: ProposalState.ACTIVE, 2: ProposalState.DEFEATED}

    newest, oldest = await council.desk.proposals()

    assert (newest.proposal_id, newest.state, newest.own_vote) == ("2", Told.DEFEATED, None)
    assert (oldest.votes_for, oldest.votes_against, oldest.votes_abstain) == (1, 1, 1)
    assert (oldest.state, oldest.own_vote, oldest.quorum) == (Told.ACTIVE, Support.FOR, 2)


@pytest.mark.parametrize("state", list(ProposalState))
async def test_proposal__that_leaves_cheating_to_pay__says_so_until_it_is_over(
    council: Council, state: ProposalState
) -> None:
    parameters = contract_at(
        "ProtocolParameters", council.house.base.record.contracts["ProtocolParameters"].address
    )
    calldata = parameters.encode("set", parameter_key("unclaimed_hit_penalty"), 0)
    council.propose(targets=(parameters.address,), calldatas=(calldata,))
    council.node.states = {NUMBER: state}

    (line,) = await council.desk.proposals()

    over = line.state in {Told.CANCELED, Told.DEFEATED, Told.EXPIRED, Told.EXECUTED}
    assert [one.parameter for one in line.temptations] == ([] if over else ["unclaimed_hit_penalty"])


@pytest.mark.parametrize("state", list(ProposalState))
async def test_carry__in_each_state__queues_what_succeeded_executes_what_is_due_and_refuses_the_rest(
    council: Council, state: ProposalState
) -> None:
    council.propose()
    council.house.chain.happen(lambda at: facts.ProposalQueued(at=at, proposal_id=NUMBER, eta_seconds=1))
    council.node.states = {NUMBER: state}
    expected = {ProposalState.SUCCEEDED: ["queue"], ProposalState.QUEUED: ["execute"]}.get(state, [])

    if expected:
        await council.desk.carry(str(NUMBER))
    else:
        with pytest.raises(NothingToCarry, match=state.name.lower()):
            await council.desk.carry(str(NUMBER))

    assert council.orders() == expected


async def test_carry__queued_and_not_due__is_refused(council: Council) -> None:
    council.propose()
    later = council.house.base.clock.chain_time() + 100
    council.house.chain.happen(lambda at: facts.ProposalQueued(at=at, proposal_id=NUMBER, eta_seconds=later))
    council.node.states = {NUMBER: ProposalState.QUEUED}

    with pytest.raises(NothingToCarry):
        await council.desk.carry(str(NUMBER))

    council.house.chain.pass_time(100)
    await council.desk.carry(str(NUMBER))
    assert council.orders() == ["execute"]


@pytest.mark.parametrize("name", ["78", "", "x", "-1", "0x4d", "\u0667\u0667"])
async def test_proposal__that_there_is_not__is_an_unknown_reference(council: Council, name: str) -> None:
    council.propose()

    with pytest.raises(UnknownReference):
        await council.desk.carry(name)
    with pytest.raises(UnknownReference):
        await council.desk.ballot_form(name, Support.FOR)


async def test_ballot__for_a_proposal__is_for_this_member_s_cold_key_and_the_governor(
    council: Council,
) -> None:
    council.propose()

    form = await council.desk.ballot_form(str(NUMBER), Support.AGAINST)

    governor = council.house.base.contracts.governor.contract.address
    assert (form.proposal_id, form.support, form.nonce) == (str(NUMBER), Support.AGAINST, 5)
    assert (form.voter, form.verifying_contract, form.chain_id) == (
        council.house.base.view.member(council.house.id).governance,
        governor,
        31337,
    )


async def test_ballot__of_any_account__is_brought_to_the_chain_that_judges_it(council: Council) -> None:
    council.propose()
    mine = council.house.base.view.member(council.house.id).governance
    other = council.house.base.view.member(MemberId(2)).governance

    def ballot(voter: str) -> SignedBallot:
        return SignedBallot(
            proposal_id=str(NUMBER), support=Support.ABSTAIN, voter=voter, signature=bytes(65)
        )

    await council.desk.submit_ballot(ballot(other))
    assert council.house.lane.orders[-1][1][2] == other.lower()

    await council.desk.submit_ballot(ballot(mine))
    assert council.house.lane.orders[-1][1][:2] == (NUMBER, 2)


def _upkeep(council: Council, *, carry_through: bool = True) -> Upkeep:
    base = council.house.base
    return Upkeep(
        me=council.house.id,
        registry=base.contracts.registry,
        ledger=base.contracts.credits,
        desk=council.desk,
        lane=council.house.lane,
        view=base.view,
        clock=base.clock,
        carry_through=carry_through,
    )


async def test_upkeep__of_a_new_member__claims_its_grant_and_its_vote_when_it_may_and_once(
    council: Council,
) -> None:
    chain = council.house.chain
    granted = next(fact for fact in chain.history if isinstance(fact, facts.Granted) and fact.member_id == 1)
    activated = next(
        fact for fact in chain.history if isinstance(fact, facts.MemberActivated) and fact.member_id == 1
    )
    chain.forget(granted)
    chain.forget(activated)
    assert council.house.base.view.member(MemberId(1)).status is Status.ADMITTED

    for _ in range(3):
        await _upkeep(council).round()

    assert council.orders() == ["claimGrant", "activate"]
    assert council.house.base.view.member(MemberId(1)).status is Status.ACTIVE


@pytest.mark.parametrize(("carry_through", "expected"), [(True, ["queue"]), (False, [])])
async def test_upkeep__of_own_proposals__carries_them_when_the_policy_says_so(
    council: Council, *, carry_through: bool, expected: list[str]
) -> None:
    stranger = council.house.base.view.member(MemberId(2)).operator.value
    for number, changes in ((1, {}), (2, {"proposer": stranger}), (3, {}), (4, {})):
        council.propose(number, description=f"Something {number}", **changes)
    council.house.chain.happen(
        lambda at: facts.ProposalExecuted(at=at, proposal_id=3),
        lambda at: facts.ProposalCanceled(at=at, proposal_id=4),
    )
    council.node.states = dict.fromkeys((1, 2, 3, 4), ProposalState.SUCCEEDED)

    await _upkeep(council, carry_through=carry_through).round()

    assert council.orders() == expected


async def test_upkeep__proposal_that_cannot_be_carried__does_not_hold_up_the_next(council: Council) -> None:
    council.propose(1, description="One")
    council.propose(2, description="Two")
    council.node.states = {1: ProposalState.SUCCEEDED, 2: ProposalState.QUEUED}
    council.house.chain.happen(lambda at: facts.ProposalQueued(at=at, proposal_id=2, eta_seconds=1))
    council.house.lane.refused["queue"] = "GovernorUnexpectedProposalState"

    await _upkeep(council).round()

    assert council.orders() == ["execute"]
