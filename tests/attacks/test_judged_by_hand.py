"""Cases that no process can decide, with the commands that an auditor's people have, on a real chain."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from attacks.conftest import Chain
from attacks.court import reading
from attacks.member import PASSPHRASE
from attacks.trial import Trial

from oracle.domain.audits import CaseKind, CaseState

EVIDENCE = b"\x33" * 32
REBUTTAL = b"The number is on our list because of case 4711."


class Desk:
    """An auditor's people: a shell beside the running process."""

    def __init__(self, home: Path) -> None:
        self._home = home

    async def run(self, *arguments: object) -> tuple[int, str]:
        command = ["-m", "oracle.cli", "auditor", *map(str, arguments), "--home", str(self._home)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=os.environ | {"RISKMESH_PASSPHRASE": PASSPHRASE, "COLUMNS": "300"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode or 0, " ".join(out.decode().split())

    async def done(self, *arguments: object) -> str:
        code, out = await self.run(*arguments)
        assert code == 0, out
        return out


@pytest.fixture
def desk(trial: Trial, tmp_path: Path, chain: Chain) -> Desk:
    """With the configuration of the office as a file."""
    home = tmp_path / "auditor"
    deployment = trial.talk.bank.base.settings.chain.deployment
    (home / "riskmesh.toml").write_text(
        f'[auditor]\nname = "The auditor"\n[chain]\nrpc = ["{chain.url}"]\ndeployment = "{deployment}"\n'
    )
    return Desk(home)


async def accused(trial: Trial) -> str:
    """The holder has a case opened for evidence that is on no chain, and the bank answers it by hand."""
    bank, holder = trial.talk.bank, trial.talk.holder
    await holder.base.stream.poll()
    await reading(
        holder,
        holder.base.lane.execute("cause", holder.base.contracts.audits.open_for_cause(bank.id, EVIDENCE)),
    )
    await trial.answered()
    assert trial.case.answer is None, "no daemon answers it"
    await reading(
        bank, bank.audited.answering.answer_by_hand(trial.case.id, name="../why.txt", content=REBUTTAL)
    )
    await trial.office.round()
    return "0x" + trial.case.id.hex()


@pytest.mark.parametrize(("count", "outcome"), [(0, CaseState.DISMISSED), (3, CaseState.UPHELD)])
async def test_case__with_free_evidence__is_read_and_decided_by_hand_and_cast_by_the_process(
    trial: Trial, desk: Desk, tmp_path: Path, *, count: int, outcome: CaseState
) -> None:
    name = await accused(trial)
    (waiting,) = json.loads(await desk.done("cases", "--json"))
    assert (waiting["case_id"], waiting["found"]) == (name, None)
    assert re.fullmatch("people decide by .* UTC: the evidence 0x(33){32} names .*", *waiting["because"])
    assert "no verdict" in await desk.done("cases")
    assert trial.case.kind is CaseKind.CAUSE
    assert trial.case.verdicts == ()

    file = tmp_path / "rebuttal"
    await desk.done("export", name[:8], file)
    assert file.read_bytes() == REBUTTAL
    said = await desk.done("verdict", name[:8], count, "--because", "case 4711 was shown")
    assert ("dismissed" if count == 0 else "upheld for 3") in said
    await trial.office.round()

    assert trial.case.ruled == count
    assert [found for _, found in trial.case.verdicts] == [count]
    (decided,) = json.loads(await desk.done("cases", "--json"))
    assert decided == {"case_id": name, "found": count, "because": ["case 4711 was shown"]}
    await desk.done("export", name[:8], tmp_path / "still there")
    assert await trial.settled() is outcome


async def test_verdict__that_was_written__stands_and_may_be_written_again_until_it_is_cast(
    trial: Trial, desk: Desk
) -> None:
    name = await accused(trial)
    await desk.done("verdict", name, 0, "--because", "it is real")
    await desk.done("verdict", name, 0, "--because", "it is real")

    code, said = await desk.run("verdict", name, 1, "--because", "on second thoughts")
    assert (code, "stands" in said) == (1, True), said

    await trial.office.round()
    assert trial.case.ruled == 0
    code, said = await desk.run("verdict", name, 0, "--because", "it is real")
    assert (code, "no verdict can change it" in said) == (1, True), said


async def test_verdict__on_what_the_process_decides_or_nobody_can__is_refused(
    trial: Trial, desk: Desk
) -> None:
    talk = trial.talk
    code, said = await desk.run("verdict", "0x00", 1, "--because", "no such case")
    assert (code, "Not exactly one case" in said) == (1, True), said
    await trial.next_epoch()
    await talk.ask(1)
    case = await trial.drawn()
    code, said = await desk.run("verdict", "0x" + case.id.hex(), 1, "--because", "we know him")
    assert (code, "decides this case by itself" in said) == (1, True), said


async def test_verdict__before_the_answer_or_for_more_than_there_can_be__is_refused(
    trial: Trial, desk: Desk
) -> None:
    bank, holder = trial.talk.bank, trial.talk.holder
    await holder.base.stream.poll()
    opening = holder.base.contracts.audits.open_for_cause(bank.id, EVIDENCE)
    await reading(holder, holder.base.lane.execute("cause", opening))
    await trial.answered()
    name = "0x" + trial.case.id.hex()
    code, said = await desk.run("verdict", name, 1, "--because", "too early")
    assert (code, "not answered yet" in said) == (1, True), said

    await reading(bank, bank.audited.answering.answer_by_hand(trial.case.id, name="why", content=REBUTTAL))
    await trial.office.round()
    code, said = await desk.run("verdict", name, trial.case.most + 1, "--because", "too many")
    assert (code, f"{trial.case.most} faults at most" in said) == (1, True), said
