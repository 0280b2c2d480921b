"""Final blocks replaced: everything is held until the operator decides, or the old blocks are back."""

from collections.abc import Awaitable, Callable

import pytest
from stage.followed import FINALITY, Followed, follow
from stage.rpc_proxy import open_proxy

from oracle.chain.connection import Patience, open_connection
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.errors import NodeOnOtherBranch, ReorganisationHeld
from oracle.chain.events import EventStream
from oracle.chain.holding import NoSuchReorganisation
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.lane import Lane
from oracle.chain.reading import RangeReader
from oracle.chain.transactions import Order, TransactionStatus
from oracle.domain.ids import Address, BlockNumber
from oracle.domain.reports import EndpointState

AskChain = Callable[..., Awaitable[object]]
NOWHERE = Order(to=Address("0x00000000000000000000000000000000000000AA"), data=b"\x01")


@pytest.fixture
async def followed(
    stream_of: Callable[..., EventStream], record: DeploymentRecord, operator_lane: Callable[[int], Lane]
) -> Followed:
    return await follow(stream_of(), operator_lane(1), record)


async def test_replaced__no_deeper_than_finality__is_undone_and_nothing_is_held(
    followed: Followed, ask_chain: AskChain
) -> None:
    await ask_chain("anvil_reorg", FINALITY, [])

    await followed.stream.poll()

    assert followed.stream.hold.current is None
    assert followed.published() == [1]


async def test_replaced__final_blocks__holds_what_leaves_and_keeps_what_is_known(
    followed: Followed, ask_chain: AskChain, fact_journal: MemoryFactJournal
) -> None:
    cursor = await fact_journal.cursor()
    await ask_chain("anvil_reorg", FINALITY + 1, [])

    await followed.stream.poll()

    held = followed.stream.hold.current
    assert held is not None
    assert cursor is not None
    assert (held.first_block, held.last_block) == (cursor - FINALITY, cursor)
    assert (held.depth, held.finality_depth) == (FINALITY + 1, FINALITY)
    assert followed.rolled_back == []
    assert followed.published() == [1, 2, 3]
    assert await fact_journal.cursor() == cursor
    with pytest.raises(ReorganisationHeld, match="riskmesh chain accept-reorganisation"):
        await followed.lane.execute("another", NOWHERE)
    row = await followed.lane.journal.by_intent("another")
    assert row is not None
    assert (row.status, row.raw) == (TransactionStatus.QUEUED, None)

    await ask_chain("anvil_mine", "0x3")
    await followed.stream.poll()
    assert followed.stream.hold.current == held, "longer is not righter"


async def test_accepted__by_the_operator__goes_on_and_sends_again_unchanged(
    followed: Followed, ask_chain: AskChain
) -> None:
    before = [await followed.lane.journal.by_intent(f"publish:{sequence}") for sequence in (1, 2, 3)]
    await ask_chain("anvil_reorg", FINALITY + 1, [])
    await followed.stream.poll()
    held = followed.stream.hold.current
    assert held is not None
    with pytest.raises(NoSuchReorganisation, match="has changed meanwhile"):
        followed.stream.hold.accept(first_block=held.first_block - 1)

    followed.stream.hold.accept(first_block=held.first_block)
    await followed.stream.poll()

    assert followed.rolled_back == [held.first_block - 1]
    assert followed.stream.hold.current is None
    assert followed.published() == []
    await followed.lane.roll_back(BlockNumber(held.first_block - 1))
    again = await followed.lane.resume()
    assert [row.raw for row in again] == [row.raw for row in before if row is not None]
    await followed.stream.poll()
    assert followed.published() == [1, 2, 3]
    with pytest.raises(NoSuchReorganisation, match="nothing to accept"):
        followed.stream.hold.accept(first_block=held.first_block)


async def test_accepted__and_then_an_even_deeper_one__is_another_decision(
    followed: Followed, ask_chain: AskChain
) -> None:
    await ask_chain("anvil_reorg", FINALITY + 1, [])
    await followed.stream.poll()
    held = followed.stream.hold.current
    assert held is not None
    followed.stream.hold.accept(first_block=held.first_block)
    await ask_chain("anvil_reorg", FINALITY + 3, [])

    await followed.stream.poll()

    deeper = followed.stream.hold.current
    assert deeper is not None
    assert deeper.first_block == held.first_block - 2
    assert followed.rolled_back == []


async def test_old_blocks__back_again__end_the_hold_and_everything_is_concluded_anew(
    followed: Followed, fact_journal: MemoryFactJournal
) -> None:
    head = await followed.stream.connection.ask(lambda node: node.block_number())
    strange = {f"{number:#x}": "0x" + f"{number:064x}" for number in range(head - FINALITY, head + 1)}

    def another_branch(method: str, _: list[object], answer: dict[str, object]) -> None:
        result = answer.get("result")
        if method == "eth_getBlockByNumber" and isinstance(result, dict) and result["number"] in strange:
            result["hash"] = strange[result["number"]]

    (endpoint,) = followed.stream.connection.endpoints
    async with open_proxy(endpoint.node.transport.url) as proxy:
        proxy.tamper = another_branch
        async with open_connection([proxy.url], Patience(attempts=1)) as connection:
            followed.stream.connection = connection
            await followed.stream.poll()
            assert followed.stream.hold.current is not None

            proxy.tamper = None
            await followed.stream.poll()

    assert followed.stream.hold.current is None
    assert followed.rolled_back == [head - FINALITY - 1]
    assert followed.published() == [1, 2, 3]
    assert await fact_journal.cursor() == head


async def test_replaced__by_one_node_while_another_has_our_blocks__sets_that_node_aside(
    followed: Followed, record: DeploymentRecord, fact_journal: MemoryFactJournal
) -> None:
    def another_branch(method: str, params: list[object], answer: dict[str, object]) -> None:
        result = answer.get("result")
        if method == "eth_getBlockByNumber" and params[0] != "0x0" and isinstance(result, dict):
            result["hash"] = "0x" + "77" * 32

    (endpoint,) = followed.stream.connection.endpoints
    upstream = endpoint.node.transport.url
    async with (
        open_proxy(upstream) as proxy,
        open_connection([proxy.url, upstream], Patience(attempts=1)) as connection,
    ):
        proxy.tamper = another_branch
        stream = EventStream(
            connection=connection,
            journal=fact_journal,
            reader=RangeReader(decoder=log_decoder(record)),
            first_block=record.block,
            finality=lambda: FINALITY,
        )
        await stream.rebuild()

        await stream.poll()

        assert stream.hold.current is None
        own, spare = connection.report()
        assert (own.state, spare.in_use) == (EndpointState.SET_ASIDE, True)
        assert NodeOnOtherBranch.code == connection.endpoints[0].fault.code
        await connection.look(FINALITY)
        assert connection.report()[0].state is EndpointState.SET_ASIDE

        proxy.tamper = None
        await connection.look(FINALITY)
        assert connection.report()[0].in_use
