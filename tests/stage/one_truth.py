"""Whether all members of a private network agree with each other, and with every node of the chain."""

from stage.private_network import FINALITY, NetworkedAlliance, PrivateNetwork


async def expect_one_truth(alliance: NetworkedAlliance, network: PrivateNetwork) -> None:
    """Each daemon's balance and vouchers are those of every node, and of whoever is on the other side."""
    for name in ("north", "south"):
        assert (await alliance.run(name, "redeem", "--json")).code == 0
    await network.grow(FINALITY + 1)
    ledgers = [await alliance.ledger_at(number) for number in (1, 2, 3, 4)]
    assert all(ledger == ledgers[0] for ledger in ledgers)
    assert ledgers[0].conserved
    accounts = {
        name: (await alliance.run(name, "credits", "--json")).json() for name in alliance.institutions
    }
    numbers = {
        line["name"]: line["member_id"] for line in (await alliance.run("asker", "members", "--json")).json()
    }
    for name, account in accounts.items():
        assert account["balance"] == ledgers[0].balances[numbers[name]], name
        for line in account["given"]:
            holder = next(other for other, number in numbers.items() if number == line["member_id"])
            (received,) = [one for one in accounts[holder]["received"] if one["member_id"] == numbers[name]]
            assert (line["amount"], line["queries"], line["hits"]) == (
                received["amount"],
                received["queries"],
                received["hits"],
            )
