"""Proposals in words and tried on a copy of the state, parameters listed: against all contracts."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest
from stage.proposals import FOREIGN, call_of, line_of, proposal_of

from oracle.chain.books.parameters import parameter_key
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts import roles
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.contracts.consortium_governor import Motion
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.domain.application import Application
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.reports import ProposalState, ProposedCall
from oracle.governing.abi_text import ArgumentWrong
from oracle.governing.examining import Examiner
from oracle.governing.motions import CallUnknown

TWO = MemberId(2)
CLAIM_WINDOW = "0x" + parameter_key("claim_window_s").hex()


class Founder(Protocol):
    application: Application
    governance: AccountSigner
    operator: AccountSigner


def _head(stream: EventStream) -> BlockNumber:
    assert stream.view.head is not None
    return stream.view.head.number


async def test_examine__calls_that_depend_on_each_other__are_tried_in_sequence_on_a_copy(
    examiner: Examiner, stream: EventStream, contracts: Bindings, connection: ChainConnection
) -> None:
    head = _head(stream)
    motion = examiner.motion(
        [
            call_of("MemberRegistry", "suspend", "2"),
            call_of("MemberRegistry", "suspend", "2"),
            call_of("ProtocolParameters", "set", CLAIM_WINDOW, "7200"),
            call_of("ProtocolParameters", "setPrices", "1", "120"),
            call_of("ConsortiumGovernor", "updateQuorumNumerator", "0"),
        ],
        "",
        block=head,
    )

    details = await examiner.details(proposal_of(motion), line_of(ProposalState.ACTIVE), block=head)

    words = [call.words for call in details.calls]
    assert words[0] == "suspend member 2 (Bank B)"
    assert words[2] == "set claim_window_s from 3600 to 7200, at once"
    assert words[3].startswith("set query_fee from 1 to 1 and hit_fee from 100 to 120, from the epoch after")
    assert motion.description.startswith("Suspend member 2 (Bank B); ")
    assert not any(call.warning for call in details.calls)
    tried = details.rehearsal
    assert tried is not None
    assert tried.in_sequence
    assert [outcome.succeeds for outcome in tried.outcomes] == [True, False, True, True, None]
    assert tried.outcomes[1].reason == "WrongStatus(2, 3)"
    assert "only while a proposal is carried out" in tried.outcomes[4].reason
    changes = {change.what: (change.before, change.after) for change in tried.changes}
    assert changes["status of member 2"] == ("active", "suspended")
    assert changes["members with a vote"] == ("3", "2")
    assert changes["claim_window_s"] == ("3600", "7200")
    # Nothing of it happened.
    assert await contracts.registry.status_of(connection, TWO, block=head) == 2


async def test_examine__what_nobody_understands__is_said_loudly(
    examiner: Examiner, stream: EventStream, record: DeploymentRecord
) -> None:
    head = _head(stream)
    registry = record.address_of("MemberRegistry")
    motion = Motion(
        targets=(FOREIGN, registry, registry),
        calldatas=(b"\x01\x02\x03\x04", b"\xff\xff\xff\xff", b"\x00"),
        description="Harmless",
    )

    details = await examiner.details(proposal_of(motion, value=1), line_of(ProposalState.ACTIVE), block=head)
    over = await examiner.details(proposal_of(motion), line_of(ProposalState.EXECUTED), block=head)

    assert all(call.warning for call in details.calls)
    assert "none of the consortium's contracts" in details.calls[0].warning
    assert "no such function" in details.calls[1].warning
    assert details.calls[1].contract == "MemberRegistry"
    assert all("money" in call.warning for call in details.calls)
    assert over.rehearsal is None


async def test_examine__a_role_and_an_expulsion__are_named_and_warned_of(
    examiner: Examiner, stream: EventStream, record: DeploymentRecord
) -> None:
    head = _head(stream)
    ledger = record.address_of("CreditLedger")
    motion = examiner.motion(
        [
            call_of("MemberRegistry", "grantRole", "0x" + roles.EMERGENCY.hex(), ledger),
            call_of("MemberRegistry", "expel", "9"),
        ],
        "A title of one's own",
        block=head,
    )

    details = await examiner.details(proposal_of(motion), line_of(ProposalState.ACTIVE), block=head)

    assert details.calls[0].words == "give the role 'emergency' to CreditLedger on MemberRegistry"
    assert "without another vote" in details.calls[0].warning
    assert details.calls[1].words == "expel, for ever, member 9, WHICH DOES NOT EXIST"
    assert motion.description == f"A title of one's own (proposed at block {head})"
    assert details.rehearsal is not None
    assert details.rehearsal.outcomes[1].reason == "WrongStatus(9, 0)"
    assert next((each.before, each.after) for each in details.rehearsal.changes) == ("no", "yes")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (call_of("NoSuchLedger", "set"), CallUnknown, "MemberRegistry"),
        (call_of("MemberRegistry", "noSuchFunction"), CallUnknown, "no one function"),
        (call_of("MemberRegistry", "suspend"), ArgumentWrong, "memberId"),
        (call_of("MemberRegistry", "suspend", "two"), ArgumentWrong, "uint64"),
        (call_of("MemberRegistry", "suspend", "-1"), ArgumentWrong, "suspend"),
        (call_of("MemberRegistry", "replaceGovernance", "2", "0x12"), ArgumentWrong, "address"),
        (call_of("MemberRegistry", "admit", "[1]"), ArgumentWrong, "application"),
    ],
)
async def test_motion__a_call_that_does_not_fit__is_refused_by_its_name(
    examiner: Examiner, call: ProposedCall, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        examiner.motion([call], "", block=BlockNumber(1))


async def test_parameters__all__are_listed_with_bounds_purpose_and_what_is_to_come(
    examiner: Examiner,
    stream: EventStream,
    contracts: Bindings,
    governed: Callable[[Order], Awaitable[None]],
) -> None:
    await governed(contracts.parameters.set_prices(2, 120))
    await governed(contracts.parameters.set_epoch_length(50))
    await stream.poll()

    lines = {line.name: line for line in await examiner.parameters(_head(stream))}

    assert all(line.purpose for line in lines.values())
    assert (lines["voting_period_s"].value, lines["quorum_percent"].value) == ("4", "50")
    assert (lines["claim_window_s"].least, lines["claim_window_s"].most) == ("1", "2592000")
    fee, length = lines["hit_fee"], lines["epoch_length_s"]
    assert (fee.value, length.value) == ("100", "100")
    assert fee.pending is not None
    assert length.pending is not None
    next_epoch = stream.view.epoch_of(stream.view.now) + 1
    assert (fee.pending.value, fee.pending.from_epoch) == ("120", next_epoch)
    assert (length.pending.value, length.pending.from_epoch) == ("50", next_epoch)


async def test_parameters__voted_to_where_cheating_pays__warn_from_proposal_to_values_in_force(
    examiner: Examiner,
    stream: EventStream,
    contracts: Bindings,
    governed: Callable[[Order], Awaitable[None]],
) -> None:
    calls = [call_of("ProtocolParameters", "setPrices", "1", "1000")]
    proposed = proposal_of(examiner.motion(calls, "", block=_head(stream)))

    (told,) = examiner.temptations(proposed)
    before = {line.name: line.warning for line in await examiner.parameters(_head(stream))}
    await governed(contracts.parameters.set_prices(1, 1_000))
    await stream.poll()
    after = {line.name: line.warning for line in await examiner.parameters(_head(stream))}

    assert not any(before.values())
    assert {name for name, warning in after.items() if warning} == {"unclaimed_hit_penalty"}
    assert after["unclaimed_hit_penalty"] == f"{told.words} {told.remedy}"
    assert told.least == "150001"


async def test_epoch_length__changed__is_counted_alike_by_view_and_contract(
    stream: EventStream,
    contracts: Bindings,
    governed: Callable[[Order], Awaitable[None]],
    ask_chain: Callable[..., Awaitable[object]],
    connection: ChainConnection,
) -> None:
    for length, later in ((50, 130), (30, 260), (200, 500)):
        await governed(contracts.parameters.set_epoch_length(length))
        await ask_chain("evm_increaseTime", later)
        await ask_chain("evm_mine")
        await stream.poll()
        view, head = stream.view, _head(stream)
        epoch = view.epoch_of(view.now)
        assert epoch == await contracts.parameters.current_epoch(connection, block=head)


async def test_emergency__by_a_holder_of_the_role__ends_standing_in_the_view_until_its_time(
    *,
    stream: EventStream,
    contracts: Bindings,
    governed: Callable[[Order], Awaitable[None]],
    ask_chain: Callable[..., Awaitable[object]],
    founders: tuple[Founder, ...],
    lane_of: Callable[..., Lane],
) -> None:
    registry, audit = contracts.registry, founders[2].operator
    await governed(roles.grant_role(registry.contract, roles.EMERGENCY, audit.address))
    await lane_of(audit).execute("emergency", registry.emergency_suspend(TWO))
    await stream.poll()

    view = stream.view
    member = view.member(TWO)
    assert not view.in_standing(TWO)
    assert [each.id for each in view.members_in_standing()] == [1, 3]
    assert member.status.in_standing
    assert member.emergency_until == view.now + 3 * 86_400
    assert member.emergency_again_from == view.now + 30 * 86_400

    await ask_chain("evm_increaseTime", 3 * 86_400)
    await ask_chain("evm_mine")
    await stream.poll()

    assert stream.view.in_standing(TWO)
