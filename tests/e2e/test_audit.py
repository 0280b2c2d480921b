"""An auditor as a process of its own, killed and started again, brings cases to their end, or asks people."""

import json
from pathlib import Path
from typing import Any

import pytest
from stage.alliance import PATIENCE_S, Alliance, Ran, until
from stage.office import Office, working

from oracle.chain.connection import open_connection
from oracle.domain.ids import Address, MemberId

A_DAY = 86_400


async def _case(alliance: Alliance, standing: str) -> Any:
    """The only audit, as the asker lists it, once it stands so."""

    async def look() -> Any:
        return (await alliance.run("asker", "audits", "--json")).json()

    listed = await until(
        look, lambda seen: bool(seen) and seen[0]["standing"] == standing, patience_s=PATIENCE_S
    )
    return listed[0]


async def test_auditor__killed_on_the_way__draws_examines_decides_and_settles(
    alliance: Alliance, tmp_path: Path
) -> None:
    office = Office(alliance)
    await office.appointed()
    await office.govern(office.contracts.parameters.set("audit_sample_ppm", 1_000_000))
    async with working(office):
        await until(lambda: _committed(office), lambda count: count == 1, patience_s=PATIENCE_S)
    await office.later(A_DAY)
    asked = await alliance.run("asker", "query", "domain", "both.example", "--case", "C-9", "--json")
    await alliance.settled("asker", asked.json()["summary"]["query_id"])
    await office.later(A_DAY)
    async with working(office):
        case = await _case(alliance, "dismissed")
        assert case["subject"] == asked.json()["batches"][0]
        await office.later(case["appeal_by"] - case["opened_at"] + 1)
    async with working(office):
        settled = await _case(alliance, "settled")

    assert settled["outcome"] == "dismissed"
    await _looks_into_it(office, case["case_id"], tmp_path / "case.dossier")


@pytest.mark.slow
async def test_case__that_no_process_can_decide__is_answered_read_and_decided_by_hand(
    alliance: Alliance, tmp_path: Path
) -> None:
    office = Office(alliance)
    await office.appointed()
    me = Address(json.loads((office.home / "auditor.json").read_text())["account"])
    accused = MemberId((await alliance.run("asker", "status", "--json")).json()["member_id"])
    await office.send(me, office.contracts.audits.open_for_cause(accused, b"\x33" * 32))
    case_id = (await _case(alliance, "open"))["case_id"]
    rebuttal, fetched = tmp_path / "rebuttal.txt", tmp_path / "fetched"
    rebuttal.write_text("It is ours.")
    answered = await alliance.run("asker", "answer", case_id, rebuttal)
    assert answered.code == 0, answered.err

    async with working(office):
        waiting = await until(
            lambda: office.run("auditor", "cases", "--json"), Ran.json, patience_s=PATIENCE_S
        )
        assert waiting.json()[0]["found"] is None
        assert (await office.run("auditor", "export", case_id, fetched)).code == 0
        assert fetched.read_text() == "It is ours."
        decided = await office.run("auditor", "verdict", case_id, "0", "--because", "It is theirs.")
        assert decided.code == 0, decided.err
        await _case(alliance, "dismissed")


async def _committed(office: Office) -> int:
    """Seeds committed for the epoch to come, read from the chain."""
    async with open_connection([office.alliance.rpc]) as connection:
        draw = await office.contracts.audits.draw_of(connection, 1, block="latest")
    return draw.committed


async def _looks_into_it(office: Office, case_id: str, file: Path) -> None:
    """The auditor's people list what it found, and verify the file that it was handed."""
    listed = await office.run("auditor", "cases", "--json")
    exported = await office.run("auditor", "export", case_id[:14], file)
    purposes = await office.run("auditor", "purposes", "--json")
    chain = ("--rpc", office.alliance.rpc, "--deployment", office.alliance.work / "deployment.json")
    verified = await office.run("audit", "verify", file, *chain, "--json")

    assert [(one["case_id"], one["found"]) for one in listed.json()] == [(case_id, 0)]
    assert [(one["purpose"], one["batches"], one["committed_batches"]) for one in purposes.json()] == [
        (1, 1, 1)
    ]
    assert exported.code == verified.code == 0, (exported.err, verified.err)
    assert json.loads(verified.out)["case_reference"] == "C-9"
