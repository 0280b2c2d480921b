"""Lists that are empty say so in a sentence, and what would bring an entry."""

from pathlib import Path

import pytest
from fakes.rooms import InMemoryRooms
from unit.cli.conftest import Command

from oracle.domain.reports import DisputeReport

SAID = {
    "auditors": "members appoint it by vote",
    "audits": "There is no audit",
    "disputes": "riskmesh dispute open",
}


class NoneYet(InMemoryRooms):
    """A consortium in which nothing of the kind has happened."""

    async def auditors(self) -> tuple[()]:
        return ()

    async def cases(self) -> tuple[()]:
        return ()

    async def disputes(self) -> DisputeReport:
        return DisputeReport(own=(), cases=())


@pytest.mark.parametrize("listed", SAID)
def test_list__without_an_entry__says_what_would_bring_one(
    riskmesh: Command, home: Path, rooms: InMemoryRooms, listed: str
) -> None:
    rooms.__class__ = NoneYet

    ran = riskmesh(listed, "--home", home)

    assert ran.code == 0, ran.err
    assert SAID[listed] in " ".join(ran.out.split())
    assert "───" not in ran.out
