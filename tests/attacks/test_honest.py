"""The stage itself: with nothing replaced the same steps end in proven answers, records and accounts."""

from attacks.conversation import HELD, MISSED, Conversation

from oracle.domain.answered import AnswerState
from oracle.domain.asked import ReceiptState, ReplyState
from oracle.domain.reports import Finding, RecordState
from oracle.rules.vouchers import Totals


async def test_query__between_two_honest_members__is_answered_proven_and_paid(talk: Conversation) -> None:
    await talk.whole(HELD, MISSED)

    hit, miss = await talk.results()
    assert (hit.state, hit.record_state) == (Finding.HIT, RecordState.DISCLOSED)
    assert miss.state is Finding.MISS
    assert (await talk.reply()).state is ReplyState.ACCEPTED
    assert (await talk.receipt()).state is ReceiptState.SETTLED
    assert (await talk.answered()).state is AnswerState.SETTLED
    assert await talk.charged() == await talk.accepted() == Totals(queries=2, hits=1, amount=102)
