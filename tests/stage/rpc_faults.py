"""What a node can do wrong, one misbehaviour each; `rpc_proxy` puts them before a real node."""

import asyncio
import json
from collections.abc import Callable, Sequence
from random import Random

from aiohttp import web
from stage.rpc_proxy import Answer, Exchange, Misbehaviour, Outcome


def delayed(seconds: float) -> Misbehaviour:
    """The right answer, late."""

    async def act(exchange: Exchange) -> Outcome:
        await asyncio.sleep(seconds)
        return await exchange.forward()

    return act


def failing(status: int) -> Misbehaviour:
    """An HTTP status; the real node never hears of the call."""

    async def act(_: Exchange) -> Outcome:
        return web.Response(status=status)

    return act


def losing_the_answer(status: int = 503) -> Misbehaviour:
    """The real node does as it is told, and we are told of a failure."""

    async def act(exchange: Exchange) -> Outcome:
        await exchange.forward()
        return web.Response(status=status)

    return act


def hanging_up() -> Misbehaviour:
    """The connection ends without an answer."""

    async def act(exchange: Exchange) -> Outcome:
        if exchange.request.transport is not None:
            exchange.request.transport.abort()
        return web.Response()

    return act


def truncated(size: int = 20) -> Misbehaviour:
    """The first bytes of the right answer."""

    async def act(exchange: Exchange) -> Outcome:
        return web.Response(text=json.dumps(await exchange.forward())[:size], content_type="application/json")

    return act


def erring(code: int = -32000, message: str = "header not found") -> Misbehaviour:
    """A JSON-RPC error."""

    async def act(exchange: Exchange) -> Outcome:
        return {"jsonrpc": "2.0", "id": exchange.number, "error": {"code": code, "message": message}}

    return act


def answering(result: object) -> Misbehaviour:
    """Always the same result."""

    async def act(exchange: Exchange) -> Outcome:
        return exchange.result(result)

    return act


def swallowing() -> Misbehaviour:
    """`null`: for a block or a receipt, that there is none."""
    return answering(None)


def repeating() -> Misbehaviour:
    """Whatever was right when the method was first called with these parameters, ever after."""
    first: dict[str, object] = {}

    async def act(exchange: Exchange) -> Outcome:
        key = json.dumps([exchange.method, exchange.params])
        if key not in first:
            first[key] = (await exchange.forward()).get("result")
        return exchange.result(first[key])

    return act


def without_logs(keep: Callable[[Answer], bool] = lambda _: False) -> Misbehaviour:
    """Of the right logs those that are to be kept; for `eth_getLogs`."""

    async def act(exchange: Exchange) -> Outcome:
        answer = await exchange.forward()
        if isinstance(answer.get("result"), list):
            answer["result"] = [log for log in answer["result"] if keep(log)]
        return answer

    return act


def with_repeated_logs(random: Random) -> Misbehaviour:
    """The right logs, some of them twice, in any order; for `eth_getLogs`."""

    async def act(exchange: Exchange) -> Outcome:
        answer = await exchange.forward()
        if isinstance(answer.get("result"), list):
            logs = [log for log in answer["result"] for _ in range(random.choice((1, 2)))]
            random.shuffle(logs)
            answer["result"] = logs
        return answer

    return act


def lagging(blocks: int) -> Misbehaviour:
    """A node so many blocks behind the real one; it leaves out what it has not seen and does not say so."""

    async def act(exchange: Exchange) -> Outcome:
        head = max(0, int((await exchange.ask("eth_blockNumber", []))["result"], 16) - blocks)
        if exchange.method == "eth_blockNumber":
            return exchange.result(hex(head))
        params = [hex(head) if str(each) in {"latest", "pending"} else each for each in exchange.params]
        answer = await exchange.ask(exchange.method, params)
        if exchange.method == "eth_getLogs" and isinstance(answer.get("result"), list):
            answer["result"] = [log for log in answer["result"] if int(log["blockNumber"], 16) <= head]
        if exchange.method == "eth_getBlockByNumber" and int(params[0], 16) > head:
            answer["result"] = None
        if exchange.method == "eth_getTransactionReceipt" and answer.get("result"):
            seen = int(answer["result"]["blockNumber"], 16) <= head
            answer["result"] = answer["result"] if seen else None
        return answer

    return act


def sometimes(random: Random, probability: float, misbehaviour: Misbehaviour) -> Misbehaviour:
    async def act(exchange: Exchange) -> Outcome:
        if random.random() < probability:
            return await misbehaviour(exchange)
        return await exchange.forward()

    return act


def one_of(random: Random, misbehaviours: Sequence[Misbehaviour]) -> Misbehaviour:
    """Each time another of these."""

    async def act(exchange: Exchange) -> Outcome:
        return await random.choice(misbehaviours)(exchange)

    return act
