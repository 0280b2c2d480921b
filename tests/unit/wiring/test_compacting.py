"""Commitment events leave the journal when no batch needs them, answers when nobody can pay for them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from stage.founding import open_store
from stage.ledger import FactChain

from oracle.chain import facts
from oracle.chain.facts import Fact, Position
from oracle.crypto.storage import StorageCipher
from oracle.domain.ids import Address, BatchId, BlockNumber, MemberId
from oracle.store.answered import AnswerJournal
from oracle.store.database import Database
from oracle.store.facts import FactTable
from oracle.wiring.compacting import FACTS_STEP, Compacting
from oracle.wiring.journals import StoredFacts

DAY, EPOCH_S = 86_400, 1_000
ACCOUNT = Address("0x" + "12" * 20)
WINDOWS = {
    "claim_window_s": 10,
    "dispute_window_s": 20,
    "audit_retention_s": 100 * DAY,
    "max_deadline_s": DAY,
}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_store(tmp_path / "data" / "state.db")
    yield opened
    await opened.close()


def _commitment(number: int) -> Callable[[Position], Fact]:
    def made(position: Position) -> Fact:
        return facts.Committed(
            at=position,
            batch_id=BatchId(number.to_bytes(32)),
            requester=MemberId(1),
            count=1,
            deadline=position.block_timestamp + 60,
        )

    return made


async def _journalled(chain: FactChain, database: Database) -> None:
    await StoredFacts(FactTable(database)).append(chain.history, [], BlockNumber(chain.number))


async def _kept(database: Database) -> list[Fact]:
    return [fact async for fact in StoredFacts(FactTable(database)).facts()]


@pytest.mark.parametrize("old", [3, FACTS_STEP + 3])
async def test_commitments__past_every_window__leave_the_journal_and_nothing_else_does(
    database: Database, old: int
) -> None:
    chain = FactChain()
    chain.declare(**WINDOWS)
    chain.happen(*(_commitment(number) for number in range(old)))
    chain.pass_time(50 * DAY)
    (late,) = chain.happen(_commitment(old + 1))
    chain.pass_time(51 * DAY)
    await _journalled(chain, database)
    everything = list(chain.history)
    compacting = Compacting(database=database, facts=FactTable(database), view=chain.view)

    first, second = await compacting.compact(), await compacting.compact()

    assert (first.commitments, second.commitments) == (old, 0)
    kept = await _kept(database)
    assert late in kept
    assert kept == [fact for fact in everything if not isinstance(fact, facts.Committed) or fact is late]


async def test_answers__to_a_member_that_is_gone__are_kept_for_an_epoch_more(database: Database) -> None:
    """It may still pay for them: a voucher is taken for an epoch after its requester left."""
    chain, me = FactChain(), MemberId(2)
    chain.declare(**WINDOWS)
    chain.happen(
        lambda at: facts.MemberAdmitted(
            at=at, member_id=me, governance=ACCOUNT, operator=ACCOUNT, activates_at=0
        )
    )
    journal = AnswerJournal(database, StorageCipher(bytes(32), "state"))
    await journal.seen(me, BatchId(bytes(32)), 1, chain.view.now)
    chain.pass_time(40)
    chain.happen(lambda at: facts.MemberLeft(at=at, member_id=me))
    compacting = Compacting(database=database, facts=FactTable(database), view=chain.view)

    chain.pass_time(EPOCH_S)
    assert (await compacting.compact()).answers == 0
    chain.pass_time(1)
    assert (await compacting.compact()).answers == 1
