"""A node that was started a moment ago: it cannot say yet which transactions are on its chain."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from oracle.chain.errors import NodeRefused, NodeUnreliable
from oracle.chain.network.running import calls


async def _asked_for_a_receipt(said: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        error = {"code": -32000, "message": said, "data": said}
        return web.json_response({"jsonrpc": "2.0", "id": (await request.json())["id"], "error": error})

    application = web.Application()
    application.router.add_post("/", answer)
    async with TestServer(application) as server, calls(str(server.make_url("/"))) as asked:
        await asked.node.receipt(bytes(32))


async def test_receipt__node_still_indexes_its_transactions__is_asked_for_again() -> None:
    with pytest.raises(NodeUnreliable, match="still finding its transactions"):
        await _asked_for_a_receipt("transaction indexing is in progress")


async def test_receipt__node_refuses_for_another_reason__is_refused() -> None:
    with pytest.raises(NodeRefused, match="out of gas"):
        await _asked_for_a_receipt("out of gas")
