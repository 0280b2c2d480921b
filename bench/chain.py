"""Catching up with the chain, starting from the journal, and one call of a node: `python bench/chain.py`."""

import asyncio
import multiprocessing
import socket
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import msgspec
from aiohttp import ClientSession, web
from eth_abi.abi import encode
from logs import RECORD
from measuring import RUNS, Work, rates, timed
from rows import Benchmark, Row, Unit, per_second, progress, show

from oracle.chain.answers import RawLog, parse_logs
from oracle.chain.artifacts import load_artifact
from oracle.chain.bloom import bloom_of
from oracle.chain.connection import open_connection
from oracle.chain.decoding import LogDecoder, log_decoder
from oracle.chain.encoding import decode_fact, encode_fact
from oracle.chain.facts import Fact, ParameterDeclared, Position
from oracle.chain.journal import BlockMark
from oracle.chain.node import LATEST, Call
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address, BlockNumber
from oracle.store.database import Database
from oracle.store.facts import FactTable
from oracle.wiring.journals import StoredFacts

EVENTS = 100_000
A_BLOCK = 50
A_RANGE = 10_000
"""Events in one answer of a node."""
CALLS = 500
SOMEBODY = Address("0x" + "04" * 20)


def measure() -> Sequence[Row]:
    answers = [_answer(first) for first in range(0, EVENTS, A_RANGE)]
    with tempfile.TemporaryDirectory() as folder:
        caught_up, facts = _catching_up(answers, Path(folder))
        return [caught_up, _starting(facts, Path(folder)), _calling()]


def _answer(first: int) -> bytes:
    """What a node sends for a range of commitments."""
    topic = load_artifact("QueryLedger").event("Committed").topic
    data = "0x" + encode(["uint32", "uint64"], [1_000, 1_800_000_000]).hex()
    logs = [
        {
            "address": RECORD.address_of("QueryLedger").lower(),
            "topics": [
                "0x" + word.hex() for word in (topic, keccak256(b"%d" % place), _word(place % 106 + 1))
            ],
            "data": data,
            "blockNumber": hex(1 + place // A_BLOCK),
            "blockHash": "0x" + _word(1 + place // A_BLOCK).hex(),
            "transactionHash": "0x" + keccak256(b"transaction %d" % place).hex(),
            "transactionIndex": "0x0",
            "logIndex": hex(place % A_BLOCK),
            "removed": False,
        }
        for place in range(first, first + A_RANGE)
    ]
    return msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "result": logs})


def _deployed() -> AllianceView:
    """What the first blocks of a consortium have told: the parameters that commitments are counted by."""
    view = AllianceView()
    values = {"epoch_start": 1_700_000_000, "epoch_length_s": 604_800, "entitlement_floor": 2_000}
    at = Position(
        block_number=BlockNumber(0),
        block_hash=bytes(32),
        block_timestamp=1_700_000_000,
        log_index=0,
        tx_hash=bytes(32),
    )
    view.fold(
        ParameterDeclared(at=at, key=keccak256(name.encode()), name=name, min=0, max=2**256 - 1, value=value)
        for name, value in values.items()
    )
    return view


def _word(value: int) -> bytes:
    return value.to_bytes(32)


def _catching_up(answers: Sequence[bytes], folder: Path) -> tuple[Row, list[Fact]]:
    """Medians of five rounds in turns; the journal of the last one stays."""
    decoder = log_decoder(RECORD)
    ours, alone = [], []
    for number in range(RUNS):
        for left in folder.glob("*.db*"):
            left.unlink()
        facts: list[Fact] = []
        ours.append(timed(partial(asyncio.run, _catch_up(decoder, answers, folder, facts))))
        bodies = [
            (fact.at.block_number, fact.at.block_hash, fact.at.log_index, encode_fact(fact)) for fact in facts
        ]
        alone.append(timed(partial(_sqlite_alone, answers, bodies, folder / "alone.db")))
        progress(f"caught up {number + 1} of {RUNS} times: {ours[-1]:.1f} s of a core")
    row = per_second(
        "catch up with events: parse, hold against filters, decode, journal, fold",
        EVENTS / statistics.median(ours),
        EVENTS / statistics.median(alone),
        "reading the JSON and writing the rows with sqlite3 alone",
    )
    return row, facts


async def _catch_up(decoder: LogDecoder, answers: Sequence[bytes], folder: Path, facts: list[Fact]) -> None:
    view = _deployed()
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'state.db'}")
    journal = StoredFacts(FactTable(database))
    for answer in answers:
        new = _read(decoder, parse_logs(msgspec.json.decode(answer)["result"]))
        last = new[-1].at.block_number
        await journal.append(new, _marks(new), last)
        view.fold(new)
        facts.extend(new)
    await database.close()


def _read(decoder: LogDecoder, logs: Sequence[RawLog]) -> list[Fact]:
    by_block: dict[BlockNumber, list[RawLog]] = {}
    for log in logs:
        by_block.setdefault(log.block_number, []).append(log)
    for of_block in by_block.values():
        bloom_of(of_block)
    return [decoder.decode(log, 1_800_000_000) for log in logs]


def _marks(facts: Sequence[Fact]) -> list[BlockMark]:
    return [
        BlockMark(number=number, hash=_word(number), timestamp=1_800_000_000)
        for number in sorted({fact.at.block_number for fact in facts})
    ]


def _sqlite_alone(answers: Sequence[bytes], rows: Sequence[tuple[object, ...]], place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE facts (id INTEGER PRIMARY KEY, number INTEGER, hash BLOB, place INTEGER, "
            "body BLOB, UNIQUE (hash, place))"
        )
        connection.execute("CREATE INDEX by_number ON facts (number)")
        for number, answer in enumerate(answers):
            msgspec.json.decode(answer)
            some = rows[number * A_RANGE : (number + 1) * A_RANGE]
            connection.executemany("INSERT INTO facts (number, hash, place, body) VALUES (?, ?, ?, ?)", some)
            connection.commit()


def _starting(facts: Sequence[Fact], folder: Path) -> Row:
    async def start() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'state.db'}")
        view = _deployed()
        async for fact in StoredFacts(FactTable(database)).facts():
            view.apply(fact)
        await database.close()

    bodies = [encode_fact(fact) for fact in facts]
    started, alone = rates(
        Work(run=lambda: asyncio.run(start()), count=EVENTS),
        Work(run=lambda: [decode_fact(body) for body in bodies], count=EVENTS),
    )
    return per_second(
        "fold the journal into the view at a start, events", started, alone, "decoding their bodies alone"
    )


def _calling() -> Row:
    call = Call(to=SOMEBODY, data=bytes(36))
    with _node() as url:
        value, limit = asyncio.run(_call_in_turns(url, call))
    return Row(
        name="eth_call through the connection: processor time of the client",
        value=value,
        unit=Unit.MILLISECONDS,
        limit=limit,
        limit_is="the same body posted with aiohttp alone",
    )


async def _call_in_turns(url: str, call: Call) -> tuple[float, float]:
    """Milliseconds of a call by the connection and by aiohttp alone: medians of runs in turns."""
    body = msgspec.json.encode(
        {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call.encoded(), "latest"]}
    )
    ours, bare = [], []
    async with open_connection([url]) as connection, ClientSession() as session:
        for _ in range(RUNS):
            began = time.process_time()
            for _ in range(CALLS):
                await connection.ask(lambda node: node.call(call, LATEST))
            ours.append(time.process_time() - began)
            began = time.process_time()
            for _ in range(CALLS):
                async with session.post(
                    url, data=body, headers={"content-type": "application/json"}
                ) as response:
                    msgspec.json.decode(await response.read())
            bare.append(time.process_time() - began)
    middle = RUNS // 2
    return sorted(ours)[middle] / CALLS * 1_000, sorted(bare)[middle] / CALLS * 1_000


@contextmanager
def _node() -> Iterator[str]:
    """Something in another process that answers every call with one word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    process.start()
    try:
        _until(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def _until(attempt: Callable[[], None]) -> None:
    for _ in range(300):
        try:
            attempt()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the node of the benchmark does not start")


def _serve(port: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        number = msgspec.json.decode(await request.read())["id"]
        body = msgspec.json.encode({"jsonrpc": "2.0", "id": number, "result": "0x" + "00" * 32})
        return web.Response(body=body, content_type="application/json")

    application = web.Application()
    application.router.add_post("/", answer)
    web.run_app(application, host="127.0.0.1", port=port, print=None)


BENCHMARK = Benchmark(title="The chain, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
