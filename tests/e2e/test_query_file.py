"""A file of thousands over a command and a daemon that are killed: each line answered and paid once."""

import json
from pathlib import Path
from typing import Any

import pytest
from stage.alliance import PATIENCE_S, Alliance, until

from oracle.domain.reports import QueryState

ASKED = 3_400
BAD_LINE = 1_717
HITS = {1: "both.example", 2_500: "north.example", ASKED + 1: "south.example"}
"""Held subjects by line; "both" is held by two."""
STRETCHES = 4


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("--express", "--deadline-ms", "60000"), id="express"),
        pytest.param(("--deadline", "900"), id="committed", marks=pytest.mark.slow),
    ],
)
async def test_file__command_and_daemon_killed_on_the_way__is_answered_and_paid_once(
    alliance: Alliance, options: tuple[str, ...]
) -> None:
    file, out = alliance.work / "asked.csv", alliance.work / "results.jsonl"
    _write(file)
    command = ("query", "--file", file, "--case", "C-1", "--out", out, *options)

    await _killed(alliance, command, after=1)
    await _killed(alliance, command, after=3, with_daemon=True)
    last = await alliance.run("asker", *command, "--json")

    assert last.code == 0, last.err
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["line"] for row in rows] == list(range(1, ASKED + 2))
    _every_line_is_right(rows)
    states = await until(lambda: _states(alliance), _all_charged, patience_s=PATIENCE_S)
    assert sum(state.summary.asked for state in states) == ASKED
    assert len(states) == STRETCHES
    assert last.json()["credits_owed"] <= await _paid_once(alliance, states)


def _write(file: Path) -> None:
    lines = {number: f"host{number}.example" for number in range(1, ASKED + 2)}
    lines |= HITS | {BAD_LINE: "no domain at all"}
    file.write_text("".join(f"domain,{value}\n" for _, value in sorted(lines.items())))


async def _killed(
    alliance: Alliance, command: tuple[str | Path, ...], *, after: int, with_daemon: bool = False
) -> None:
    """SIGKILL to the command, and perhaps the daemon, once so many stretches are journalled."""
    running = await alliance.begin("asker", *command)

    async def journalled() -> int:
        async with alliance.of("asker").client() as client:
            return len(await client.queries())

    await until(journalled, lambda queries: queries >= after, patience_s=PATIENCE_S)
    if with_daemon:
        await alliance.kill("asker")
    assert running.returncode is None, await running.communicate()
    running.kill()
    await running.communicate()
    if with_daemon:
        await alliance.start("asker")
        await alliance.ready("asker")


def _every_line_is_right(rows: list[Any]) -> None:
    found = {row["line"]: row for row in rows if row["result"] != "clear"}
    assert {line: row["result"] for line, row in found.items()} == {
        **dict.fromkeys(HITS, "hit"),
        BAD_LINE: "not_asked",
    }
    assert found[BAD_LINE]["reason"]
    for line, value in HITS.items():
        assert found[line]["value"] == value
        assert len(found[line]["hits"]) == (2 if value == "both.example" else 1)
        assert all(hit["record_state"] == "disclosed" and hit["record"] for hit in found[line]["hits"])


async def _states(alliance: Alliance) -> list[QueryState]:
    async with alliance.of("asker").client() as client:
        return [await client.query_state(one.query_id) for one in await client.queries()]


def _all_charged(states: list[QueryState]) -> bool:
    """A receipt follows its answer, and the charge is made with it."""
    return all(holder.paid for state in states for holder in state.holders)


async def _paid_once(alliance: Alliance, states: list[QueryState]) -> int:
    """What is owed: a query fee a line and holder, a price a hit, in all that was ever charged."""
    account = (await alliance.run("asker", "credits", "--json")).json()
    given = sum(line["amount"] for line in account["given"])
    assert given == sum(holder.paid for state in states for holder in state.holders)
    fees = [holder.asked for state in states for holder in state.holders]
    assert sum(fees) == 2 * ASKED
    assert sum(holder.hits for state in states for holder in state.holders) == len(HITS) + 1
    return given
