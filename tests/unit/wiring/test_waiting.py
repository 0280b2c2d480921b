"""The report of what is in flight, over the journals of real members: every step names its cause."""

from typing import Any

import pytest
from stage.consortium import Consortium

from oracle.chain.transactions import Transaction
from oracle.domain.reports import ChainStatus, WaitingKind, WaitingLine
from oracle.domain.settlement import RefusalReason
from oracle.governing.names import MemberNames
from oracle.peer.contacts import Contacts
from oracle.store.transactions import TransactionTable
from oracle.wiring.journals import StoredTransactions
from oracle.wiring.waiting import WaitingDesk


class Watch:
    """A member's desk, and the lines of one kind."""

    def __init__(self, consortium: Consortium, number: int) -> None:
        self.house = consortium[number]
        self.contacts = Contacts()
        names = MemberNames(view=self.house.base.view, known=("Asker", "North", "South"))
        self._desk = WaitingDesk(self.house.base, self.house.id, contacts=self.contacts, names=names)

    async def lines(self, kind: WaitingKind, **chain: Any) -> list[WaitingLine]:
        head = self.house.base.view.head
        assert head is not None
        seen = {"chain_id": 1, "reachable": True, "head_block": head.number, "cursor_block": head.number}
        report = await self._desk.report(ChainStatus(**{**seen, **chain}))
        assert report.total == len(report.lines)
        return [line for line in report.lines if line.kind is kind]


@pytest.fixture
def asker(consortium: Consortium) -> Watch:
    return Watch(consortium, 1)


async def test_commitment__not_begun_then_queued__names_its_transaction(asker: Watch) -> None:
    accepted = await asker.house.submit("a.example")
    (before,) = await asker.lines(WaitingKind.COMMITMENT)
    intent = "commit:" + accepted.batches[0].removeprefix("0x")
    account = asker.house.base.keyring.operator_address()
    journal = StoredTransactions(TransactionTable(asker.house.base.database))
    for each in ("redeem:an earlier one", intent):
        await journal.enqueue(Transaction(intent=each, sender=account, to=account, data=b""))

    (after,) = await asker.lines(WaitingKind.COMMITMENT)
    (other,) = await asker.lines(WaitingKind.TRANSACTION)

    assert (before.query_id, before.reference, before.code) == (
        accepted.query_id,
        accepted.batches[0],
        "not_begun",
    )
    assert (after.code, "behind 1 earlier" in after.why) == ("queued", True)
    assert (other.reference, other.code) == ("redeem:an earlier one", "queued")


async def test_reply__of_holders_that_fetched_or_did_not__is_told_apart_by_name(asker: Watch) -> None:
    accepted = await asker.house.submit("a.example")
    await asker.house.commit()
    batch = await asker.house.batch(accepted)
    asker.contacts.fetched(batch.batch_id, 2)
    asker.contacts.failed(3, "peer_unreachable")

    lines = await asker.lines(WaitingKind.REPLY)

    assert [(line.name, line.code) for line in lines] == [("North", "evaluating"), ("South", "unreachable")]
    assert all(line.deadline == batch.deadline and line.since is not None for line in lines)
    assert {line.code for line in await asker.lines(WaitingKind.REPLY, reachable=False)} == {
        "chain_unreachable"
    }


async def test_receipt__of_an_answered_batch__waits_until_it_is_taken_or_says_why_not(
    asker: Watch, consortium: Consortium
) -> None:
    accepted = await asker.house.submit("north.example")
    await asker.house.commit()
    await consortium[2].answer()
    await asker.house.judge()
    (sending,) = await asker.lines(WaitingKind.RECEIPT)
    (owing,) = await Watch(consortium, 2).lines(WaitingKind.SETTLEMENT)
    batch = await asker.house.batch(accepted)
    await asker.house.requester.journals.receipts.refused(
        batch.batch_id, 2, RefusalReason.VOUCHER_NOT_COVERING
    )

    (refused,) = await asker.lines(WaitingKind.RECEIPT)

    assert (sending.code, sending.name) == ("sending", "North")
    assert (owing.code, owing.name) == ("receipt_outstanding", "Asker")
    assert (refused.code, "voucher not covering" in refused.why) == ("receipt_refused", True)


async def test_answer__that_was_not_fetched_yet__is_in_the_holders_report(
    asker: Watch, consortium: Consortium
) -> None:
    await asker.house.submit("north.example")
    await asker.house.commit()
    holder = Watch(consortium, 2)
    await holder.house.holder.answering.note(holder.house.base.view.commitments.all)

    (line,) = await holder.lines(WaitingKind.ANSWER)

    assert (line.code, line.member, line.name) == ("fetching", 1, "Asker")
    assert (await holder.lines(WaitingKind.ANSWER, cursor_block=0, head_block=50))[0].code == "catching_up"


async def test_report__after_everything_is_settled__is_empty(asker: Watch, consortium: Consortium) -> None:
    await consortium.whole("north.example")

    for kind in WaitingKind:
        assert await asker.lines(kind) == []
