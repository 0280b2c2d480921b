"""Reports that a vote overturns: the view against the contracts, and what members see of the proposal."""

from collections.abc import Awaitable, Callable

import pytest
from stage.express_requests import Founder, signed_express
from stage.proposals import call_of, line_of, proposal_of

from oracle.chain.books.anchors import ReportState
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import TransactionReverted
from oracle.chain.events import EventStream
from oracle.chain.lane import Lane
from oracle.chain.transactions import Order
from oracle.chain.view import AllianceView
from oracle.domain.ids import MemberId
from oracle.domain.reports import ProposalState
from oracle.governing.examining import Examiner

ExpectEqual = Callable[[AllianceView], Awaitable[None]]
AskChain = Callable[..., Awaitable[object]]
OperatorLane = Callable[[int], Lane]
ONE, TWO = MemberId(1), MemberId(2)


async def test_view__a_report_overturned_by_a_vote__equals_the_contracts_and_costs_nothing(
    *,
    stream: EventStream,
    expect_equal: ExpectEqual,
    contracts: Bindings,
    connection: ChainConnection,
    record: DeploymentRecord,
    founders: tuple[Founder, ...],
    operator_lane: OperatorLane,
    governed: Callable[[Order], Awaitable[None]],
    ask_chain: AskChain,
) -> None:
    view = stream.view
    batch, signed = signed_express(record, founders[0], nonce=1, at=view.now)
    await ask_chain("evm_increaseTime", 3_600)
    await operator_lane(2).execute("report", contracts.queries.report(signed))
    await stream.poll()
    (report,) = view.anchors.open_reports_on(ONE)
    appeal_by = report.reported.answerable_until + view.parameter("appeal_window_s").value
    assert report.reported.appeal_by == appeal_by
    await ask_chain("evm_setNextBlockTimestamp", appeal_by)
    await governed(contracts.queries.overturn_report(ONE, batch))
    await stream.poll()

    overturned = view.anchors.report(ONE, batch)
    assert overturned is not None
    assert view.head is not None
    state = await contracts.queries.report_state_of(connection, ONE, batch, block=view.head.number)
    assert (overturned.state, state) == (ReportState.OVERTURNED, ReportState.OVERTURNED)
    assert view.anchors.open_reports == ()
    assert (view.credits.penalties(ONE), view.credits.penalties(TWO)) == (0, 0)
    with pytest.raises(TransactionReverted, match="ReportInState"):
        await operator_lane(3).execute("close", contracts.queries.close_report(ONE, batch))
    await expect_equal(view)


async def test_examine__an_appeal_against_a_report__is_said_in_words_and_tried(
    *,
    examiner: Examiner,
    stream: EventStream,
    contracts: Bindings,
    record: DeploymentRecord,
    founders: tuple[Founder, ...],
    operator_lane: OperatorLane,
    ask_chain: AskChain,
) -> None:
    batch, signed = signed_express(record, founders[0], nonce=1, at=stream.view.now)
    await ask_chain("evm_increaseTime", 3_600)
    await operator_lane(2).execute("report", contracts.queries.report(signed))
    await ask_chain("evm_increaseTime", 86_401)
    await ask_chain("evm_mine")
    await stream.poll()
    assert stream.view.head is not None
    head, name = stream.view.head.number, "0x" + batch.hex()
    motion = examiner.motion(
        [
            call_of("QueryLedger", "overturnReport", "1", name),
            call_of("QueryLedger", "overturnReport", "2", name),
        ],
        "",
        block=head,
    )

    details = await examiner.details(proposal_of(motion), line_of(ProposalState.ACTIVE), block=head)

    overturned, unknown = (call.words for call in details.calls)
    assert overturned == (
        f"overturn the report by member 2 (Bank B) of batch {name} (3 elements, unanswered) of member 1 "
        "(Bank A): no breach and no penalty for what stands in no anchor"
    )
    assert unknown == f"overturn a report of batch {name} of member 2 (Bank B), WHICH DOES NOT EXIST"
    assert details.rehearsal is not None
    assert [outcome.succeeds for outcome in details.rehearsal.outcomes] == [True, False]
    changes = {change.what: (change.before, change.after) for change in details.rehearsal.changes}
    assert changes[f"report of batch {name[:10]} of member 1"] == ("open", "overturned")
