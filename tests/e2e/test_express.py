"""Express queries between real daemons: answered at once, paid, anchored, proven, also over a restart."""

import json
from typing import Any

from stage.alliance import PATIENCE_S, Alliance, until

from oracle.domain.reports import WaitingKind, WaitingReport

NAMES = ("both.example", "NORTH.example", "clear.example")


async def test_express_query__three_members__streams_answers_and_is_anchored_and_proven(
    alliance: Alliance,
) -> None:
    # Its own batches are to be anchored without waiting for others.
    assert await alliance.terminate("asker") == 0
    settings = alliance.of("asker").home / "riskmesh.toml"
    settings.write_text(settings.read_text().replace("# anchor_batches = 500", "anchor_batches = 1"))
    await alliance.start("asker")
    await alliance.ready("asker")

    asked = await alliance.run("asker", "query", "domain", *NAMES, "--express", "--json")

    assert asked.code == 0, asked.err
    lines = [json.loads(line) for line in asked.out.splitlines()]
    assert lines[-1]["query"]["phase"] == "complete"
    assert (lines[-1]["query"]["hits"], lines[-1]["query"]["express"]) == (2, True)
    found = {(one["index"], one["holder"]): one["state"] for one in _of(lines, "result")}
    assert sorted(found.values()) == ["hit", "hit", "hit", "miss", "miss", "miss"]
    disclosed = [one for one in _of(lines, "result") if one.get("record_state") == "disclosed"]
    assert len({(one["index"], one["holder"]) for one in disclosed}) == 3
    assert {one["state"] for one in _of(lines, "holder")} >= {"answered"}

    for name in ("asker", "north", "south"):
        await _nothing_waits_for_an_anchor(alliance, name)
    ledger = await alliance.ledger()
    assert ledger.conserved


def _of(lines: list[Any], kind: str) -> list[Any]:
    return [line[kind] for line in lines if kind in line]


async def _nothing_waits_for_an_anchor(alliance: Alliance, name: str) -> None:
    async def report() -> WaitingReport:
        async with alliance.of(name).client() as client:
            return await client.waiting()

    def settled(found: WaitingReport) -> bool:
        kinds = {WaitingKind.ANCHOR, WaitingKind.REPORT, WaitingKind.RECEIPT, WaitingKind.SETTLEMENT}
        return not any(line.kind in kinds for line in found.lines)

    await until(report, settled, patience_s=PATIENCE_S)
