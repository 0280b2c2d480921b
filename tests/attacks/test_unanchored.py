"""Express batches in no anchor, or late, or wrongly reported: what follows, on a real chain."""

from collections.abc import Callable

from attacks.anchored import paid
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED
from attacks.member import InProcess
from attacks.test_express import asked, carried, issued, open_budget, pass_to, reply_of, window

from oracle.chain.books.anchors import ReportState
from oracle.chain.contracts.query_ledger import SignedRequest
from oracle.chain.transactions import Order
from oracle.domain.asked import ReplyState
from oracle.domain.settlement import RefusalReason
from oracle.peer.statements import parse_request
from oracle.rules.pricing import hit_price
from oracle.rules.quality import FULL_BPS
from oracle.store.tables import express as express_rows


async def test_request__that_is_never_anchored__is_reported_and_becomes_a_breach(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    batch = await asked(bank, HELD)
    await pass_to(chain, issued(batch) + window(holder) + 1, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    report = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert report is not None
    assert report.state is ReportState.OPEN
    before = holder.base.view.balance(bank.id)

    await pass_to(chain, report.reported.answerable_until + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    assert holder.base.view.balance(bank.id) == before
    await pass_to(chain, report.reported.appeal_by + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)

    closed = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert closed is not None
    assert closed.state is ReportState.BREACHED
    view = holder.base.view
    dearest = hit_price(hit_fee=view.price_at(view.epoch_of(view.now)).hit_fee, score=FULL_BPS)
    hits = batch.count * (len(view.members_in_standing()) - 1)
    assert view.balance(bank.id) == before - window(holder, "breach_penalty") - hits * dearest


async def test_member__that_was_off_until_its_report_was_lost__asks_in_vain_at_once_until_a_vote_excuses_it(
    bank: InProcess, holder: InProcess, chain: Chain, govern: Callable[[Order], None]
) -> None:
    batch = await paid(bank, HELD)
    await pass_to(chain, issued(batch) + window(holder) + 1, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    await pass_to(chain, holder.base.view.now + window(holder, "report_answer_s") + 1, bank, holder)
    before = holder.base.view.balance(bank.id)

    refused = await reply_of(bank, await asked(bank, MISSED), holder)
    govern(bank.base.contracts.queries.overturn_report(bank.id, batch.batch_id))
    await pass_to(chain, holder.base.view.now + window(holder, "appeal_window_s") + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    answered = await reply_of(bank, await asked(bank, MISSED), holder)

    assert (refused.state, refused.reason) == (ReplyState.REFUSED, RefusalReason.MODE_NOT_SERVED)
    assert answered.state is ReplyState.ACCEPTED
    report = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert report is not None
    assert report.state is ReportState.OVERTURNED
    assert holder.base.view.balance(bank.id) == before
    assert holder.base.view.quality.breaches(bank.id, holder.base.view.epoch_of(holder.base.view.now))[0] == 0
    statement = await bank.accounts.credits.statement(epoch=None)
    assert [one for one in statement.values if one.stated != one.ledger] == []
    assert [one.penalties for one in statement.epochs if one.penalties] == []


async def test_batch__anchored_too_late__is_answered_for_the_requester_s_fee(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD)
    await pass_to(chain, issued(batch) + window(holder) + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    before = holder.base.view.balance(bank.id)
    # In a later second than the report.
    await pass_to(chain, holder.base.view.now + 5, bank, holder)

    # The report itself wakes it: decided and sent in one round, answered in the next.
    for _ in range(2):
        await carried(bank.accounts.anchoring.round, bank, holder)

    closed = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert closed is not None
    assert closed.state is ReportState.ANSWERED_LATE
    assert holder.base.view.balance(bank.id) == before - window(holder, "needless_report_fee")


async def test_report__of_a_batch_that_was_anchored_in_time__costs_its_reporter(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD)
    await pass_to(chain, issued(batch) + window(bank) // 3, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)
    await pass_to(chain, issued(batch) + window(bank) + 1, bank, holder)
    signed = parse_request(batch.content.statement)
    report = SignedRequest(
        request=signed.value,
        key_version=bank.base.view.member(bank.id).operators[-1].version,
        signature=signed.signature,
    )
    await holder.base.lane.execute("a false report", holder.base.contracts.queries.report(report))
    for member in (bank, holder):
        await member.base.stream.poll()
    before = holder.base.view.balance(holder.id)

    await carried(bank.accounts.anchoring.round, bank, holder)

    closed = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert closed is not None
    assert closed.state is ReportState.NEEDLESS
    assert holder.base.view.balance(holder.id) == before - window(holder, "needless_report_fee")


async def test_batch__anchored_with_fewer_elements_than_were_signed__proves_nothing(
    bank: InProcess, holder: InProcess, chain: Chain
) -> None:
    await open_budget(bank, holder)
    batch = await asked(bank, HELD, MISSED)
    async with bank.base.database.writing() as connection:
        await connection.execute(express_rows.update().values(elements=1))
    await pass_to(chain, issued(batch) + window(bank) // 3, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)
    await bank.accounts.proving.round()
    assert not await holder.holder.evidence.is_proven(bank.id, batch.batch_id)

    await pass_to(chain, issued(batch) + window(holder) + 1, bank, holder)
    await carried(holder.accounts.reporting.round, bank, holder)
    await carried(bank.accounts.anchoring.round, bank, holder)

    # The ledger takes no place of it for an answer.
    report = holder.base.view.anchors.report(bank.id, batch.batch_id)
    assert report is not None
    assert report.state is ReportState.OPEN
