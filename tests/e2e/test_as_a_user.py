"""One short run from start to end with the commands that an institution's people type."""

from pathlib import Path
from typing import Any

from stage.alliance import Alliance

from oracle.demo.institutions import PASSPHRASE


async def test_query__three_members_and_one_question__is_answered_paid_and_accounted(
    alliance: Alliance,
) -> None:
    members = await alliance.run("asker", "members", "--json")
    assert members.code == 0, members.err
    lines = members.json()
    numbers = {line["name"]: line["member_id"] for line in lines}
    assert sorted(numbers) == ["asker", "north", "south"]
    assert {line["status"] for line in lines} == {"active"}
    assert [line["name"] for line in lines if line["is_self"]] == ["asker"]

    asked = await alliance.run(
        "asker", "query", "domain", "both.example", "NORTH.example", "clear.example", "--json"
    )
    assert asked.code == 0, asked.err
    state = asked.json()
    assert state["summary"]["phase"] == "complete"
    assert (state["summary"]["asked"], state["summary"]["hits"]) == (3, 2)
    assert {(entry["index"], entry["holder"], entry["state"]) for entry in state["results"]} == {
        *((0, numbers["north"], "hit"), (1, numbers["north"], "hit"), (2, numbers["north"], "miss")),
        *((0, numbers["south"], "hit"), (1, numbers["south"], "miss"), (2, numbers["south"], "miss")),
    }
    assert _categories(state) == {
        numbers["north"]: {"transaction_fraud"},
        numbers["south"]: {"telecom_fraud"},
    }

    _workers_have_no_passphrase(alliance)
    await _accounts_follow(alliance, state, numbers)
    await _says_no(alliance)
    assert await alliance.terminate("south") == 0


def _categories(state: Any) -> dict[int, set[str]]:
    """What each holder disclosed behind its hits."""
    found: dict[int, set[str]] = {}
    for result in state["results"]:
        if result["state"] == "hit":
            assert result["record_state"] == "disclosed"
            found.setdefault(result["holder"], set()).update(item["category"] for item in result["record"])
    return found


def _workers_have_no_passphrase(alliance: Alliance) -> None:
    """What evaluates queries was started by the daemon, and has none of what opens its keys."""
    for daemon in alliance.daemons.values():
        children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text().split()
        assert children
        for child in children:
            for shown in ("environ", "cmdline"):
                assert PASSPHRASE.encode() not in Path(f"/proc/{child}/{shown}").read_bytes()


async def _accounts_follow(alliance: Alliance, state: Any, numbers: dict[str, int]) -> None:
    owed = {line["holder"]: line["paid"] for line in state["holders"]}
    account = (await alliance.run("asker", "credits", "--json")).json()
    assert {line["member_id"]: line["amount"] for line in account["given"]} == owed
    before = await alliance.ledger()

    redeemed = await alliance.run("north", "redeem", "--json")
    again = await alliance.run("north", "redeem", "--json")

    assert redeemed.code == again.code == 0
    (pair,) = redeemed.json()["pairs"]
    assert pair["paid"] == pair["amount"] == owed[numbers["north"]] > 0
    assert again.json()["pairs"] == []
    after = await alliance.ledger()
    moved = {number: after.balances[number] - before.balances[number] for number in before.balances}
    assert moved == {numbers["asker"]: -pair["paid"], numbers["north"]: pair["paid"], numbers["south"]: 0}
    assert before.conserved
    assert after.conserved
    await _statements_agree(alliance, numbers, paid=pair["paid"])
    status = (await alliance.run("asker", "status", "--json")).json()
    assert status["balance"] == after.balances[numbers["asker"]]
    assert (status["open_queries"], status["problems"]) == (0, [])


async def _statements_agree(alliance: Alliance, numbers: dict[str, int], *, paid: int) -> None:
    ledger = await alliance.ledger()
    for name, number in numbers.items():
        ran = await alliance.run(name, "statement", "--json")
        assert ran.code == 0, ran.err
        report = ran.json()
        assert report["reconciled"]
        assert report["epochs"][-1]["closing"] == ledger.balances[number]
        moved = [(one["paid"], one["received"]) for one in report["epochs"]]
        expected = {"asker": (paid, 0), "north": (0, paid), "south": (0, 0)}
        assert tuple(map(sum, zip(*moved, strict=True))) == expected[name]


async def _says_no(alliance: Alliance) -> None:
    """The exit codes are those of the documents: 1 refused, 2 usage, 4 not reachable."""
    refused = await alliance.run("asker", "query", "domain", "not a domain", "--json")
    misused = await alliance.run("asker", "query", "--json")
    await alliance.kill("asker")
    unreachable = await alliance.run("asker", "status", "--json")

    assert (refused.code, misused.code, unreachable.code) == (1, 2, 4)
    assert "nothing_to_ask" in refused.err
    assert unreachable.out == ""
