"""Holds the statements of all members, as their people read them, against the ledger of each epoch."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from scenario.society import Society

from oracle.api.server import serve
from oracle.chain.contracts.credit_ledger import Totals
from oracle.cli.app import run
from oracle.domain.ids import BlockNumber, MemberId

Printed = Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The ledger at one block: every balance, what every pair has redeemed, and the sums."""

    balances: dict[int, int] = field(default_factory=dict)
    paid: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    """By requester and holder: credits, queries, hits."""
    totals: Totals | None = None

    def sums(self) -> dict[str, int]:
        found = self.totals
        names = ("granted", "allowances", "expired", "penalties", "escrowed")
        return {name: 0 if found is None else getattr(found, name) for name in names}

    @property
    def conserved(self) -> bool:
        """Balances and escrow are grants and allowances less expiries and penalties."""
        sums = self.sums()
        made, ended = sums["granted"] + sums["allowances"], sums["expired"] + sums["penalties"]
        return sum(self.balances.values()) + sums["escrowed"] == made - ended


async def standing_at(society: Society, block: int) -> Standing:
    base, number = society.alder.base, BlockNumber(block)
    ledger, connection = base.contracts.credits, base.connection
    ids = [member.id for member in society.members.values()]
    pairs = [(one, other) for one in ids for other in ids if one != other]
    balances = [await ledger.balance_of(connection, one, block=number) for one in ids]
    redeemed = [await ledger.redeemed_of(connection, *pair, block=number) for pair in pairs]
    return Standing(
        balances=dict(zip(map(int, ids), map(int, balances), strict=True)),
        paid={
            (int(one), int(other)): (int(found.paid), found.queries, found.hits)
            for (one, other), found in zip(pairs, redeemed, strict=True)
        },
        totals=await ledger.totals(connection, block=number),
    )


async def statements_of(society: Society, printed: Printed) -> dict[int, Any]:
    """What `riskmesh statement --json` prints, of each member; it ends with 1 where the ledger disagrees."""
    found = {}
    for name, member in society.members.items():
        settings = member.base.settings
        services: Any = SimpleNamespace(credits=member.accounts.credits)
        async with serve(services, settings.api.listen):
            command = ["statement", "--json", "--quiet", "--home", str(society.work / name.lower())]
            code = await asyncio.to_thread(run, command)
        text = printed()
        assert code == 0, text
        found[int(member.id)] = json.loads(text)
    return found


async def require_reconciled(society: Society, statements: dict[int, Any]) -> None:
    """Every amount of every epoch that is over, and the equation of all credits."""
    before = Standing()
    for epoch, block in enumerate(society.ends):
        after = await standing_at(society, block)
        assert after.conserved, epoch
        of_epoch = {number: _of(report, epoch) for number, report in statements.items()}
        for number, one in of_epoch.items():
            _require_account(one, number, before, after)
            _require_mirrored(one, number, of_epoch)
        _require_sums(of_epoch, before, after)
        before = after


def _of(report: Any, epoch: int) -> Any:
    (one,) = [each for each in report["epochs"] if each["epoch"] == epoch]
    return one


def _require_account(one: Any, number: int, before: Standing, after: Standing) -> None:
    assert one["opening"] == before.balances.get(number, 0)
    assert one["closing"] == after.balances[number]
    added = one["granted"] + one["allowance"] + one["received"] + one["refunded"] + one["awarded"]
    taken = one["expired"] + one["paid"] + one["escrowed"] + one["returned"] + one["penalties"]
    assert one["closing"] - one["opening"] == added + one["rebated"] - taken
    lines = {line["member_id"]: line for line in one["members"]}
    for other in after.balances:
        line = lines.get(other, dict.fromkeys(_AMOUNTS, 0))
        if other != number:
            given = tuple(line[key] for key in ("paid", "paid_queries", "paid_hits"))
            taken_in = tuple(line[key] for key in ("received", "received_queries", "received_hits"))
            escrow = ((line["lost"], 0, 0), (line["awarded"], 0, 0))
            assert _plus(given, escrow[0]) == _moved(before, after, (number, other))
            assert _plus(taken_in, escrow[1]) == _moved(before, after, (other, number))


def _require_mirrored(one: Any, number: int, all_of_epoch: dict[int, Any]) -> None:
    """What each says of the other is the same."""
    for line in one["members"]:
        (mirror,) = [
            each for each in all_of_epoch[line["member_id"]]["members"] if each["member_id"] == number
        ]
        for mine, theirs in (("paid", "received"), ("rebated", "returned"), ("lost", "awarded")):
            assert (line[mine], line[theirs]) == (mirror[theirs], mirror[mine])


def _require_sums(of_epoch: dict[int, Any], before: Standing, after: Standing) -> None:
    def together(name: str) -> int:
        return sum(one[name] for one in of_epoch.values())

    moved = {name: after.sums()[name] - before.sums()[name] for name in after.sums()}
    assert moved == {
        "granted": together("granted"),
        "allowances": together("allowance"),
        "expired": together("expired"),
        "penalties": together("penalties"),
        "escrowed": together("escrowed") - together("refunded") - together("awarded"),
    }
    for name in ("paid", "rebated"):
        assert together(name) == together({"paid": "received", "rebated": "returned"}[name])


_AMOUNTS = (
    *("paid", "paid_queries", "paid_hits", "received", "received_queries", "received_hits"),
    *("lost", "awarded"),
)


def _plus(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(mine + theirs for mine, theirs in zip(one, other, strict=True))


def _moved(before: Standing, after: Standing, pair: tuple[int, int]) -> tuple[int, ...]:
    earlier = before.paid.get(pair, (0, 0, 0))
    return tuple(now - then for now, then in zip(after.paid[pair], earlier, strict=True))


def penalties_of(statements: dict[int, Any], member: MemberId) -> int:
    found: int = sum(one["penalties"] for one in statements[int(member)]["epochs"])
    return found
