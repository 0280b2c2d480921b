"""A node between us and a real chain that tells what a test wants it to tell."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from stage.rpc_proxy import RpcProxy, open_proxy

from oracle.chain.connection import ChainConnection, Patience, open_connection


@pytest.fixture
async def liar(anvil: object) -> AsyncIterator[RpcProxy]:
    async with open_proxy(anvil.url) as proxy:
        yield proxy


@pytest.fixture
async def through_liar(liar: RpcProxy, impatient: Patience) -> AsyncIterator[ChainConnection]:
    async with open_connection([liar.url], impatient) as opened:
        yield opened


@pytest.fixture
async def aiohttp_free_server() -> AsyncIterator[Callable[[web.Application], Awaitable[str]]]:
    """Serves applications on free ports until the test ends; gives their addresses."""
    async with AsyncExitStack() as stack:

        async def serve(application: web.Application) -> str:
            server = await stack.enter_async_context(TestServer(application))
            return str(server.make_url("/"))

        yield serve
