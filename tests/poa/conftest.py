"""A private network for each test: four go-ethereum nodes that seal Clique, on free ports of this machine."""

from collections.abc import AsyncIterator

import pytest
from stage.private_network import PrivateNetwork, private_network


@pytest.fixture
async def network() -> AsyncIterator[PrivateNetwork]:
    async with private_network() as made:
        yield made
