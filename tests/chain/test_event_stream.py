"""The event stream on a real chain: complete, in order, resumed, and right after reorganisations."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from oracle.chain.answers import Block
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.bindings import bindings
from oracle.chain.contracts.query_ledger import Commitment
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.encoding import decode_fact, encode_fact
from oracle.chain.events import Arrival, EventStream
from oracle.chain.facts import Fact, MemberActivated, MemberAdmitted, Published
from oracle.chain.journal import BlockMark, FactJournal
from oracle.chain.lane import Lane
from oracle.chain.node import LATEST
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId, Sequence
from oracle.domain.messages import Publication

StreamOf = Callable[..., EventStream]
AskChain = Callable[..., Awaitable[object]]
OperatorLane = Callable[[int], Lane]


async def _facts(journal: FactJournal) -> list[Fact]:
    return [fact async for fact in journal.facts()]


def _mark(block: Block) -> BlockMark:
    return BlockMark(number=block.number, hash=block.hash, timestamp=block.timestamp)


async def _publish(record: DeploymentRecord, lane: Lane, sequence: int) -> None:
    publication = Publication(
        holder=MemberId(1),
        sequence=Sequence(sequence),
        root=keccak256(sequence.to_bytes(8)),
        bits=4,
        oprf_key_version=KeyVersion(1),
    )
    await lane.execute(
        f"publish:{sequence}", bindings(record).datasets.publish(publication, changed=sequence)
    )


async def _commit(record: DeploymentRecord, connection: ChainConnection, lane: Lane, name: bytes) -> BatchId:
    head = await connection.ask(lambda node: node.block(LATEST))
    batch = BatchId(keccak256(name))
    commitment = Commitment(batch_id=batch, count=3, deadline=head.timestamp + 1000)
    await lane.execute(f"commit:{batch.hex()}", bindings(record).queries.commit([commitment]))
    return batch


async def test_poll__fresh_journal__reads_the_founding_in_order(
    stream_of: StreamOf, fact_journal: FactJournal
) -> None:
    stream = stream_of()
    await stream.rebuild()

    await stream.poll()

    facts = await _facts(fact_journal)
    assert [fact.member_id for fact in facts if isinstance(fact, MemberAdmitted)] == [1, 2, 3]
    assert len([fact for fact in facts if isinstance(fact, MemberActivated)]) == 3
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)
    assert [member.id for member in stream.view.members_in_standing()] == [1, 2, 3]
    assert all(decode_fact(encode_fact(fact)) == fact for fact in facts)


async def test_poll__small_ranges__gives_the_same_journal(
    stream_of: StreamOf, fact_journal: FactJournal
) -> None:
    stream = stream_of(longest=3, overlap=2)
    await stream.rebuild()
    await stream.poll()
    in_small_steps = await _facts(fact_journal)

    await fact_journal.rollback_to(BlockNumber(0))
    again = stream_of()
    await again.rebuild()
    await again.poll()

    assert await _facts(fact_journal) == in_small_steps


async def test_poll__new_blocks__tells_listeners_after_journalling(
    stream_of: StreamOf,
    fact_journal: FactJournal,
    record: DeploymentRecord,
    connection: ChainConnection,
    operator_lane: OperatorLane,
) -> None:
    stream = stream_of()
    await stream.rebuild()
    await stream.poll()
    seen: list[Arrival] = []

    async def listen(arrival: Arrival) -> None:
        journalled = await _facts(fact_journal)
        assert all(fact in journalled for fact in arrival.facts)
        seen.append(arrival)

    stream.on_facts(listen)
    await _publish(record, operator_lane(1), 1)
    batch = await _commit(record, connection, operator_lane(2), b"one")
    await stream.poll()
    await stream.poll()

    told = [fact for arrival in seen for fact in arrival.facts]
    assert [type(fact).__name__ for fact in told] == ["Published", "FreshnessNoted", "Committed"]
    head = await connection.ask(lambda node: node.block(LATEST))
    assert seen[-1].caught_up
    assert seen[-1].head == _mark(head)
    assert stream.view.head == _mark(head)
    commitment = stream.view.commitment(MemberId(2), batch)
    assert commitment is not None
    assert commitment.count == 3
    assert stream.view.commitment(MemberId(1), batch) is None


async def test_poll__empty_blocks__tells_listeners_that_time_has_passed(
    stream_of: StreamOf, ask_chain: AskChain
) -> None:
    stream = stream_of()
    await stream.rebuild()
    await stream.poll()
    seen: list[Arrival] = []

    async def listen(arrival: Arrival) -> None:
        seen.append(arrival)

    stream.on_facts(listen)
    await ask_chain("evm_mine")
    await stream.poll()

    assert [arrival.facts for arrival in seen] == [()]


async def test_restart__journal_of_an_earlier_run__continues_with_the_same_view(
    stream_of: StreamOf, record: DeploymentRecord, operator_lane: OperatorLane
) -> None:
    first = stream_of()
    await first.rebuild()
    await first.poll()
    await _publish(record, operator_lane(1), 1)

    second = stream_of()
    await second.rebuild()
    assert second.view.members.all == first.view.members.all
    await second.poll()

    assert [placed.publication.sequence for placed in second.view.publications_of(MemberId(1))] == [1]


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
async def test_reorganisation__without_removed_logs__rolls_back_and_reads_the_new_branch(
    *,
    stream_of: StreamOf,
    fact_journal: FactJournal,
    record: DeploymentRecord,
    operator_lane: OperatorLane,
    ask_chain: AskChain,
    connection: ChainConnection,
    depth: int,
) -> None:
    stream = stream_of()
    await stream.rebuild()
    await stream.poll()
    for sequence in range(1, 6):
        await _publish(record, operator_lane(1), sequence)
        await stream.poll()
    before = await connection.ask(lambda node: node.block_number())
    rollbacks: list[int] = []

    async def listen(block: BlockNumber) -> None:
        assert all(fact.at.block_number <= block for fact in await _facts(fact_journal))
        rollbacks.append(block)

    stream.on_rollback(listen)
    await ask_chain("anvil_reorg", depth, [])
    await stream.poll()

    assert rollbacks == [before - depth]
    published = [placed.publication.sequence for placed in stream.view.publications_of(MemberId(1))]
    assert published == list(range(1, 6 - depth))
    head = await connection.ask(lambda node: node.block(LATEST))
    assert stream.view.head == _mark(head)
    rebuilt = stream_of()
    await rebuilt.rebuild()
    assert rebuilt.view.publications_of(MemberId(1)) == stream.view.publications_of(MemberId(1))


async def test_reorganisation__while_the_stream_was_down__is_noticed_at_start(
    stream_of: StreamOf, record: DeploymentRecord, operator_lane: OperatorLane, ask_chain: AskChain
) -> None:
    stream = stream_of()
    await stream.rebuild()
    await _publish(record, operator_lane(1), 1)
    await stream.poll()
    await ask_chain("anvil_reorg", 1, [])
    await ask_chain("anvil_mine", "0x5")

    restarted = stream_of()
    await restarted.rebuild()
    await restarted.poll()

    assert restarted.view.publications_of(MemberId(1)) == ()


async def test_reorganisation__everything_since_the_start__is_read_anew(
    stream_of: StreamOf, fact_journal: FactJournal, connection: ChainConnection
) -> None:
    stream = stream_of()
    await stream.rebuild()
    await stream.poll()
    await fact_journal.rollback_to(BlockNumber(0))
    head = await connection.ask(lambda node: node.block(LATEST))
    strange = await connection.ask(lambda node: node.block(BlockNumber(head.number - 1)))
    mark = BlockMark(number=strange.number, hash=b"\x07" * 32, timestamp=strange.timestamp)
    await fact_journal.append((), [mark], strange.number)

    await stream.poll()

    assert [member.id for member in stream.view.members_in_standing()] == [1, 2, 3]


async def test_node_behind__head_below_the_cursor__changes_nothing(
    stream_of: StreamOf,
    fact_journal: FactJournal,
    record: DeploymentRecord,
    operator_lane: OperatorLane,
    ask_chain: AskChain,
) -> None:
    stream = stream_of()
    await stream.rebuild()
    await stream.poll()
    snapshot = await ask_chain("evm_snapshot")
    await _publish(record, operator_lane(1), 1)
    await stream.poll()
    facts, cursor = await _facts(fact_journal), await fact_journal.cursor()

    await ask_chain("evm_revert", snapshot)  # as a node that has not seen the last block yet
    await stream.poll()

    assert await _facts(fact_journal) == facts
    assert await fact_journal.cursor() == cursor


async def test_facts_kept_back__by_a_lagging_node__are_found_in_the_overlap(
    *,
    stream_of: StreamOf,
    fact_journal: FactJournal,
    record: DeploymentRecord,
    connection: ChainConnection,
    operator_lane: OperatorLane,
    ask_chain: AskChain,
) -> None:
    complete = stream_of()
    await complete.rebuild()
    await complete.poll()
    await _publish(record, operator_lane(1), 1)
    await _publish(record, operator_lane(1), 2)
    head = await connection.ask(lambda node: node.block(LATEST))
    # The journal as a node would have left it that gave block hashes and not yet the logs.
    await fact_journal.append((), [], head.number)
    restarted = stream_of(overlap=8)
    await restarted.rebuild()
    assert restarted.view.publications_of(MemberId(1)) == ()

    await ask_chain("evm_mine")
    await restarted.poll()

    sequences = [placed.publication.sequence for placed in restarted.view.publications_of(MemberId(1))]
    assert sequences == [1, 2]


async def test_run__until_cancelled__follows_new_blocks_when_woken(
    stream_of: StreamOf, record: DeploymentRecord, operator_lane: OperatorLane
) -> None:
    stream = stream_of()
    arrived = asyncio.Event()

    async def listen(arrival: Arrival) -> None:
        if any(isinstance(fact, Published) for fact in arrival.facts):
            arrived.set()

    stream.on_facts(listen)
    running = asyncio.create_task(stream.run())
    await _publish(record, operator_lane(1), 1)
    stream.wake()
    await asyncio.wait_for(arrived.wait(), 20)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
