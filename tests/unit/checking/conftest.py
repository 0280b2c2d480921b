"""A member's case as the earlier checks leave it; tests take away or change one thing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from stage.founding import NAMES, PASSPHRASE, join_registry, keys_of, record, settings
from stage.ledger import FactChain

from oracle.checking.case import Case
from oracle.config.passphrase import Passphrase
from oracle.domain.ids import MemberId


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    chain = FactChain()
    chain.declare()
    for number, name in enumerate(NAMES, start=1):
        keyring, governance = keys_of(name)
        join_registry(chain, MemberId(number), name, keyring, governance)
    async with AsyncExitStack() as closing:
        made = Case(
            path=tmp_path / "riskmesh.toml",
            unlock=lambda _: Passphrase(text=PASSPHRASE),
            closing=closing,
            settings=settings(tmp_path, NAMES[0]),
            keyring=keys_of(NAMES[0])[0],
            record=record(),
            view=chain.view,
        )
        made.member = chain.view.member(MemberId(1))
        yield made
