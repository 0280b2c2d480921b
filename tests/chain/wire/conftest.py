"""A node between us and a real chain that tells what a test wants it to tell."""

from collections.abc import AsyncIterator

import pytest
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
