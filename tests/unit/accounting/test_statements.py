"""Statements come from the journalled facts and are held against a ledger that knows nothing of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from stage.consortium import Consortium

from oracle.accounting.statements import ChainMoved, EpochUnknown, Statements
from oracle.chain import facts
from oracle.chain.books.credits import CreditBook
from oracle.chain.facts import Position
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.journal import BlockMark
from oracle.domain.ids import BlockNumber, Credits, MemberId
from oracle.governing.names import MemberNames
from oracle.rules.statements import PairTotals, Standing

ASKER, NORTH, SOUTH = MemberId(1), MemberId(2), MemberId(3)
NOBODY = MemberId(0)
"""Wins a dispute that lapses."""


@dataclass
class BookedLedger:
    """The ledger as the other fold of the facts has it, which keeps sums and no movements."""

    me: MemberId
    book: CreditBook
    off_by: int = 0
    blocks: tuple[int, ...] = ()

    async def standing(
        self, block: BlockNumber, *, others: Sequence[MemberId], disputes: Sequence[bytes]
    ) -> Standing:
        self.blocks += (block,)
        held = [escrow for key in disputes if (escrow := self.book.escrow(key))]
        return Standing(
            balance=self.book.balance(self.me) + self.off_by,
            held=sum(one.amount for one in held if one.payer == self.me and one.winner is None),
            paid={other: self._pair(self.me, other) for other in others},
            received={other: self._pair(other, self.me) for other in others},
        )

    def _pair(self, requester: MemberId, holder: MemberId) -> PairTotals:
        found = self.book.redeemed(requester, holder)
        return PairTotals(paid=found.paid, queries=found.queries, hits=found.hits)


async def _of(
    consortium: Consortium,
    me: MemberId,
    *,
    off_by: int = 0,
    head: bytes | None = None,
    later: Sequence[facts.Fact] = (),
) -> Statements:
    view, journal = consortium.chain.view, MemoryFactJournal()
    assert view.head is not None
    mark = BlockMark(number=view.head.number, hash=head or view.head.hash, timestamp=view.head.timestamp)
    await journal.append([*consortium.chain.history, *later], [mark], mark.number)
    return Statements(
        me=me,
        facts=journal,
        ledger=BookedLedger(me=me, book=view.credits, off_by=off_by),
        view=view,
        names=MemberNames(view=view, known=("Asker", "North", "South")),
    )


async def _busy(consortium: Consortium) -> None:
    """Two epochs with grants, vouchers paid twice, disputes that end in every way, rebates and a penalty."""
    await consortium.whole("both.example", "north.example")
    await consortium[2].accounts.credits.redeem([1])
    consortium.chain.pass_time(1_000)
    await consortium.whole("both.example")
    await consortium[2].accounts.credits.redeem([1])
    await consortium[3].accounts.credits.redeem([1])
    for number, (payer, payee, winner) in enumerate(
        ((ASKER, NORTH, ASKER), (ASKER, SOUTH, SOUTH), (ASKER, NORTH, None), (ASKER, NORTH, NOBODY)),
        start=1,
    ):
        dispute = bytes([number]) * 32
        consortium.chain.happen(
            lambda at, d=dispute, p=payer, q=payee: facts.Escrowed(
                at=at, dispute_id=d, payer=p, payee=q, amount=Credits(100)
            )
        )
        if winner == NOBODY:
            consortium.chain.happen(
                lambda at, d=dispute: facts.GivenBack(at=at, dispute_id=d, amount=Credits(100))
            )
        elif winner is not None:
            consortium.chain.happen(
                lambda at, d=dispute, w=winner: facts.Released(
                    at=at, dispute_id=d, winner=w, amount=Credits(100)
                )
            )
    for requester, holder, earned in ((ASKER, NORTH, 9), (SOUTH, ASKER, 4)):
        consortium.chain.happen(
            lambda at, r=requester, h=holder, e=earned: facts.Rebated(
                at=at, requester=r, holder=h, amount=Credits(e)
            )
        )
    consortium.chain.happen(_penalty)


def _penalty(at: Position) -> facts.Penalized:
    return facts.Penalized(at=at, member_id=NORTH, amount=Credits(10_000), ref=bytes(32))


@pytest.mark.parametrize("me", [ASKER, NORTH, SOUTH])
async def test_statement__of_each_member__agrees_with_the_ledger_to_the_unit(
    consortium: Consortium, me: MemberId
) -> None:
    await _busy(consortium)

    report = await (await _of(consortium, me)).statement(None)

    assert [(one.name, one.stated) for one in report.values if one.stated != one.ledger] == []
    assert report.reconciled
    assert report.epochs[-1].closing == consortium.chain.view.balance(me)
    assert report.epochs[0].opening == 0
    for before, after in zip(report.epochs, report.epochs[1:], strict=False):
        assert before.closing == after.opening


async def test_statement__of_the_asker__says_what_each_holder_was_paid_for(consortium: Consortium) -> None:
    await _busy(consortium)

    first, second = (await (await _of(consortium, ASKER)).statement(None)).epochs

    assert (first.opening, first.granted, first.paid, first.closing) == (0, 1_000_000, 202, 999_798)
    assert [(one.name, one.paid_queries, one.paid_hits, one.paid) for one in second.members] == [
        ("North", 1, 1, 97),
        ("South", 3, 2, 199),
    ]
    assert [(one.escrowed, one.refunded, one.lost) for one in second.members] == [
        (300, 200, 0),
        (100, 0, 100),
    ]
    assert [(one.rebated, one.returned) for one in second.members] == [(9, 0), (0, 4)]
    assert second.starts_at == first.ends_at


async def test_statement__of_the_holder__says_what_it_received_and_lost(consortium: Consortium) -> None:
    await _busy(consortium)

    report = await (await _of(consortium, SOUTH)).statement(None)

    (line,) = report.epochs[-1].members
    assert (line.received_queries, line.received_hits, line.received, line.awarded) == (3, 2, 199, 100)


async def test_statement__ledger_one_credit_off__is_not_reconciled(consortium: Consortium) -> None:
    await _busy(consortium)

    report = await (await _of(consortium, ASKER, off_by=1)).statement(1)

    assert not report.reconciled
    assert [one.epoch for one in report.epochs] == [1]
    assert [(one.name, one.ledger - one.stated) for one in report.values if one.stated != one.ledger] == [
        ("balance", 1)
    ]


async def test_statement__a_fact_is_missing__is_not_reconciled(consortium: Consortium) -> None:
    await _busy(consortium)
    whole = await _of(consortium, ASKER)
    redeemed = next(one for one in consortium.chain.history if isinstance(one, facts.Redeemed))
    consortium.chain.history.remove(redeemed)

    torn = await _of(consortium, ASKER)

    assert (await whole.statement(None)).reconciled
    report = await torn.statement(None)
    assert {one.name for one in report.values if one.stated != one.ledger} >= {"balance", "paid credits"}


async def test_statement__of_an_epoch_to_come__is_refused(consortium: Consortium) -> None:
    with pytest.raises(EpochUnknown):
        await (await _of(consortium, ASKER)).statement(1)


async def test_statement__block_replaced_meanwhile__asks_to_try_again(consortium: Consortium) -> None:
    with pytest.raises(ChainMoved):
        await (await _of(consortium, ASKER, head=b"\x99" * 32)).statement(None)


async def test_statement__facts_after_the_block__are_left_out(consortium: Consortium) -> None:
    head = consortium.chain.view.head
    assert head is not None
    later = Position(
        block_number=BlockNumber(head.number + 1),
        log_index=0,
        block_hash=b"\x01" * 32,
        block_timestamp=head.timestamp + 1,
        tx_hash=b"\x02" * 32,
    )

    statements = await _of(consortium, ASKER, later=[replace(_penalty(later), member_id=ASKER)])

    assert (await statements.statement(None)).epochs[-1].penalties == 0
