"""What the tests of several rooms start from: worker processes, and three members in this process."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from stage.consortium import Consortium, open_consortium

from oracle.crypto.workers import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One pool for all tests: starting a process takes longer than a test."""
    pool = Workers(1)
    yield pool
    pool.close()


@pytest.fixture
async def consortium(tmp_path: Path, workers: Workers) -> AsyncIterator[Consortium]:
    """Three members in standing, each with its list published, and nothing asked yet."""
    async with open_consortium(tmp_path, workers) as opened:
        yield opened
