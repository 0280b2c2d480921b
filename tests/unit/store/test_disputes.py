"""Disputes move forward only, claims are noted once a batch."""

from dataclasses import replace

from oracle.domain.disputes import Dispute, DisputeGround, DisputeState, TakenClaim
from oracle.domain.ids import BatchId, MemberId
from oracle.store.compaction import Compaction
from oracle.store.database import Database
from oracle.store.disputes import ClaimedJournal, DisputeJournal

BATCH, OTHER = BatchId(b"\x01" * 32), BatchId(b"\x02" * 32)
NORTH = MemberId(2)
DISPUTE = Dispute(
    batch_id=BATCH,
    holder=NORTH,
    index=3,
    claim_digest=b"\x03" * 32,
    reply_digest=b"\x04" * 32,
    ground=DisputeGround.WRONG,
    amount=100,
    state=DisputeState.NOTED,
    noted_at=1_000,
)
TAKEN = TakenClaim(
    requester=NORTH,
    batch_id=BATCH,
    index=0,
    claim_digest=b"\x05" * 32,
    record_digest=b"\x06" * 32,
    claimed_at=1_000,
)


async def test_dispute__noted_again__stays_as_it_is(database: Database) -> None:
    journal = DisputeJournal(database)
    await journal.note([DISPUTE])
    await journal.turn(DISPUTE, DisputeState.OPENING)
    await journal.note([replace(DISPUTE, amount=7)])

    assert await journal.opening(limit=9) == (replace(DISPUTE, state=DisputeState.OPENING),)
    assert await journal.of_claim(NORTH, DISPUTE.claim_digest) == await journal.get(BATCH, NORTH, 3)
    assert await journal.of_claim(MemberId(3), DISPUTE.claim_digest) is None
    assert await journal.of_receipt(BATCH, NORTH) == (replace(DISPUTE, state=DisputeState.OPENING),)
    assert await journal.of_receipt(BATCH, MemberId(3)) == ()


async def test_dispute__turned_from_a_state_that_it_left__is_not_turned(database: Database) -> None:
    journal = DisputeJournal(database)
    await journal.note([DISPUTE])
    await journal.turn(DISPUTE, DisputeState.OPENED)
    await journal.turn(DISPUTE, DisputeState.FAILED, failure="late")

    found = await journal.get(BATCH, NORTH, 3)
    assert found is not None
    assert (found.state, found.failure) == (DisputeState.OPENED, "")


async def test_listed__several__are_newest_first_and_no_more_than_wanted(database: Database) -> None:
    journal = DisputeJournal(database)
    await journal.note([replace(DISPUTE, index=number, noted_at=number) for number in range(5)])

    assert [one.index for one in await journal.listed(limit=2)] == [4, 3]


async def test_claims__of_a_batch_answered_anew__replace_the_earlier_ones(database: Database) -> None:
    journal = ClaimedJournal(database)
    await journal.take([TAKEN, replace(TAKEN, index=1, claim_digest=b"\x07" * 32)])
    await journal.take([replace(TAKEN, batch_id=OTHER, claim_digest=b"\x08" * 32, record_digest=None)])
    again = replace(TAKEN, claim_digest=b"\x09" * 32)
    await journal.take([again])
    await journal.take([])

    assert await journal.of_digest(NORTH, again.claim_digest) == again
    assert await journal.of_digest(NORTH, TAKEN.claim_digest) is None
    assert await journal.of_digest(MemberId(9), again.claim_digest) is None
    assert await journal.of_digest(NORTH, b"\x08" * 32) is not None


async def test_claim__served_in_a_dispute__keeps_its_record_when_its_receipt_comes_too_late(
    database: Database,
) -> None:
    journal = ClaimedJournal(database)
    await journal.disclosed(TAKEN)
    late = replace(TAKEN, record_digest=None, claimed_at=3_000)
    await journal.take([late, replace(late, index=1, claim_digest=b"\x07" * 32)])

    assert await journal.of_digest(NORTH, TAKEN.claim_digest) == replace(TAKEN, claimed_at=3_000)
    other = await journal.of_digest(NORTH, b"\x07" * 32)
    assert other is not None
    assert other.record_digest is None


async def test_claim__refused_and_served_in_a_dispute__has_its_record(database: Database) -> None:
    journal = ClaimedJournal(database)
    await journal.take([replace(TAKEN, record_digest=None)])
    await journal.disclosed(replace(TAKEN, claimed_at=3_000))

    assert await journal.of_digest(NORTH, TAKEN.claim_digest) == replace(TAKEN, claimed_at=3_000)


async def test_claims__older_than_audits_reach__are_forgotten(database: Database) -> None:
    journal = ClaimedJournal(database)
    await journal.take([TAKEN, replace(TAKEN, index=1, claim_digest=b"\x07" * 32, claimed_at=2_000)])

    assert await Compaction(database).claimed(before=2_000, limit=9) == 1

    assert await journal.of_digest(NORTH, TAKEN.claim_digest) is None
    assert await journal.of_digest(NORTH, b"\x07" * 32) is not None
