"""Each test has an alliance of its own."""

from collections.abc import AsyncIterator

import pytest
from stage.alliance import Alliance, three_founders


@pytest.fixture
async def alliance() -> AsyncIterator[Alliance]:
    async with three_founders() as made:
        yield made
