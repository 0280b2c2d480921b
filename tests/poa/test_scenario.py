"""The story of the demonstration in small on a private network, one validator lost on the way."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from stage.alliance import held
from stage.private_network import FINALITY, PrivateNetwork, networked_alliance, use_nodes

from oracle.demo.institutions import Institution, set_up
from oracle.demo.joining import admit
from oracle.demo.telling import Telling

pytestmark = [pytest.mark.poa, pytest.mark.timeout(1200)]

NODES = {"asker": (1, 2), "north": (2, 3), "south": (3, 1)}


async def test_scenario__one_of_four_validators_killed__goes_on_to_vote_answer_and_pay(
    network: PrivateNetwork,
) -> None:
    async with networked_alliance(network, nodes=NODES) as alliance:
        first = await alliance.run("asker", "query", "domain", "both.example", "clear.example", "--json")
        assert first.code == 0, first.err
        assert first.json()["summary"]["hits"] == 1

        # The newcomer's, which nobody else uses; the asker's daemon loses its first node later.
        network.kill(4)
        newcomer = Institution(
            name="newcomer",
            home=Path(alliance.work) / "newcomer",
            held=held("money_laundering", "new.example"),
        )
        alliance.institutions[newcomer.name] = newcomer
        await set_up(newcomer, network.node(3).rpc, alliance.work / "deployment.json")
        use_nodes(newcomer, [network.node(4).rpc, network.node(3).rpc])
        await network.start(4)
        await alliance.start(newcomer.name)
        network.kill(1)
        founders = [alliance.of(name) for name in NODES]
        assert await admit(alliance.running, Telling(Console(file=io.StringIO())), founders, newcomer)

        asked = await alliance.run("newcomer", "query", "domain", "both.example", "north.example", "--json")
        assert asked.code == 0, asked.err
        state = asked.json()
        assert state["summary"]["phase"] == "complete"
        found = [
            (result["index"], result["holder"]) for result in state["results"] if result["state"] == "hit"
        ]
        assert len(found) == 3  # one subject is listed by two
        assert {result["record_state"] for result in state["results"] if result["state"] == "hit"} == {
            "disclosed"
        }

        owed = {line["holder"]: line["paid"] for line in state["holders"]}
        numbers = {
            line["name"]: line["member_id"]
            for line in (await alliance.run("asker", "members", "--json")).json()
        }
        before = await alliance.ledger_at(2)
        for name in ("north", "south"):
            redeemed = await alliance.run(name, "redeem", "--json")
            assert redeemed.code == 0, redeemed.err
        await network.grow(FINALITY, 2, 3, 4)
        await network.start(1)
        await network.agree()
        after = await alliance.ledger_at(2)
        assert after.conserved
        assert after == await alliance.ledger_at(1) == await alliance.ledger_at(4)
        paid = before.balances[numbers["newcomer"]] - after.balances[numbers["newcomer"]]
        assert paid == owed[numbers["north"]] + owed[numbers["south"]] > 0
