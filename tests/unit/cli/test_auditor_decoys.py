"""What an auditor sees of its decoys, and the proof that it takes out of its store."""

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from unit.cli.conftest import Command

from oracle.cli.exits import ExitCode
from oracle.config.auditor import load_auditor_settings
from oracle.crypto.key_files import AUDITORS
from oracle.crypto.keyring import open_keyring
from oracle.domain.ids import MemberId
from oracle.store.database import Database
from oracle.store.planted import Planted, PlantedState
from oracle.wiring.decoys import planted_journal

DIGEST = bytes(range(32))
HANDED = Planted(
    decoy_id=b"\x01" * 32,
    member=MemberId(2),
    made_at=1_796_000_000,
    state=PlantedState.HANDED,
    ticket=b"ticket",
    openings=((b"subject", b"blind"),),
)
HIT = replace(
    HANDED,
    decoy_id=b"\x02" * 32,
    made_at=1_796_000_001,
    state=PlantedState.HIT,
    evidence=b"a whole dossier" + DIGEST,
    holders=(3, 5),
)


@pytest.fixture
def office(riskmesh: Command, folder: Path) -> Path:
    made = folder / "auditor"
    ran = riskmesh(
        *("auditor", "init", "--name", "Supervisor", "--home", made, "--rpc", "http://127.0.0.1:8545"),
        *("--deployment", folder / "deployment.json", "--light-keys"),
    )
    assert ran.code == 0, ran.err
    return made


@pytest.fixture
def planted(office: Path) -> None:
    settings = load_auditor_settings(office / "riskmesh.toml")
    keys = open_keyring(settings.keys.folder, "a throw-away phrase", names=AUDITORS)

    async def plant() -> None:
        database = await Database.open(settings.store.url)
        for one in (HANDED, HIT):
            await planted_journal(database, keys).add(one)
        await database.close()

    asyncio.run(plant())


def test_decoys__before_the_first__say_what_makes_them(riskmesh: Command, office: Path) -> None:
    ran = riskmesh("auditor", "decoys", "--home", office)

    assert ran.code == 0, ran.err
    assert "nobody uses in [decoys] of the auditor" in " ".join(ran.out.split())


@pytest.mark.usefixtures("planted")
def test_decoys__handed_out__are_listed_newest_first(riskmesh: Command, office: Path) -> None:
    ran = riskmesh("auditor", "decoys", "--home", office, "--json")

    assert ran.json() == [
        {
            "decoys": "0x" + HIT.decoy_id.hex(),
            "made_at": HIT.made_at,
            "asked_by": 2,
            "elements": 1,
            "state": "hit",
            "listed_by": [3, 5],
            "evidence": "0x" + DIGEST.hex(),
        },
        {
            "decoys": "0x" + HANDED.decoy_id.hex(),
            "made_at": HANDED.made_at,
            "asked_by": 2,
            "elements": 1,
            "state": "handed",
            "listed_by": [],
            "evidence": None,
        },
    ]


@pytest.mark.usefixtures("planted")
def test_evidence__of_decoys_that_came_back__is_written_for_the_owner_alone(
    riskmesh: Command, office: Path, folder: Path
) -> None:
    file = folder / "hit.dossier"

    ran = riskmesh("auditor", "evidence", "0x0202", file, "--home", office)

    assert ran.code == 0, ran.err
    assert file.read_bytes() == HIT.evidence
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


@pytest.mark.usefixtures("planted")
def test_evidence__into_a_file_that_is_there__leaves_it_alone(
    riskmesh: Command, office: Path, folder: Path
) -> None:
    file = folder / "hit.dossier"
    file.write_bytes(b"precious")

    ran = riskmesh("auditor", "evidence", "0x0202", file, "--home", office)

    assert ran.code == ExitCode.USAGE
    assert file.read_bytes() == b"precious"


@pytest.mark.usefixtures("planted")
def test_evidence__of_decoys_that_did_not_come_back_or_are_not_one__is_refused(
    riskmesh: Command, office: Path, folder: Path
) -> None:
    for named in ("0x0101", "0x03", "0x0"):
        ran = riskmesh("auditor", "evidence", named, folder / "hit.dossier", "--home", office)
        assert ran.code == ExitCode.REFUSED, named

    assert not (folder / "hit.dossier").exists()
