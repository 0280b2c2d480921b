"""A consortium for each finality depth, founded once; every test has its own copy of chain and folders."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from faults.chain_matrix.life import HELD
from stage.standing_daemons import Pair, Template, founded, standing_pair

from oracle.crypto.workers import Workers

Stand = Callable[..., AbstractAsyncContextManager[Pair]]


@dataclass(slots=True, kw_only=True)
class Templates:
    root: Path
    workers: Workers
    made: dict[int, Template] = field(default_factory=dict)

    async def of(self, finality: int) -> Template:
        if finality not in self.made:
            folder = self.root / f"{finality}"
            async with founded(folder, finality, self.workers, *HELD) as template:
                self.made[finality] = template
        return self.made[finality]


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    root = Path(tempfile.mkdtemp(prefix="rm"))  # a socket's path has at most 107 bytes
    workers = Workers(1)
    yield Templates(root=root, workers=workers)
    workers.close()
    shutil.rmtree(root)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="rm"))
    yield made / "members"
    shutil.rmtree(made)


@pytest.fixture
def stand(templates: Templates, folder: Path) -> Stand:
    """Two daemons that run, on a chain with this finality depth."""

    @asynccontextmanager
    async def standing(finality: int, *, proxied: bool = False) -> AsyncIterator[Pair]:
        template = await templates.of(finality)
        async with standing_pair(template, folder, proxied=proxied) as pair:
            yield pair

    return standing
