"""Two holders die with the voucher in hand and the record undisclosed; one comes back in time, one too late.

All are processes of their own: the requester's daemon disputes by itself, the auditor hears both sides.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from attacks.traces import Place, Traces
from faults.story import stopping
from stage.alliance import PATIENCE_S, Alliance, three_founders, until
from stage.office import Office, working

from oracle.chain.deployment import read_record
from oracle.domain.reports import (
    CaseLine,
    CaseStanding,
    DisputeReport,
    EpochStatement,
    RawSubject,
    RecordState,
)
from oracle.domain.subject import SubjectType
from oracle.subjects import canonical

QUERY_FEE, HIT_PRICE, PENALTY = 1, 100, 10_000
DEADLINE_S, CLAIM_WINDOW_S, WINDOW_S, APPEAL_S = 300, 3_600, 3_600, 600
SETTINGS = {
    "# automatic = false": "automatic = true",
    "# unanswered_after_s = 3600": "unanswered_after_s = 0",
}
WORD = 32
DISPUTE_TRANSACTIONS = 6
"""Two disputes, an answer, a verdict, two settlements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """The holders have its claims and its vouchers, and are gone."""

    alliance: Alliance
    office: Office
    query_id: str
    numbers: dict[str, int]
    asked_in: int
    """Block from which on the query can be on the chain."""

    async def report(self, name: str) -> DisputeReport:
        async with self.alliance.of(name).client() as client:
            return await client.disputes()

    async def cases(self, **standings: CaseStanding) -> dict[str, CaseLine]:
        """By holder, once they stand so with the asker."""
        report = await until(
            lambda: self.report("asker"),
            lambda seen: {one.accused_name: one.standing for one in seen.cases} == standings,
            patience_s=PATIENCE_S,
        )
        return {one.accused_name: one for one in report.cases}

    async def record_states(self) -> dict[str, RecordState | None]:
        """Of the one subject, by holder."""
        async with self.alliance.of("asker").client() as client:
            state = await client.query_state(self.query_id)
        names = {number: name for name, number in self.numbers.items()}
        return {names[one.holder]: one.record_state for one in state.results}

    async def said(self, name: str, *command: str) -> str:
        """What an operator reads, on one line."""
        ran = await self.alliance.run(name, *command)
        assert ran.code == 0, ran.err
        return " ".join((ran.out + ran.err).split())


@pytest.fixture
async def disputed() -> AsyncIterator[Disputed]:
    async with three_founders() as alliance:
        office = Office(alliance)
        await office.appointed()
        for name, value in (
            ("answer_window_s", WINDOW_S),
            ("ruling_window_s", WINDOW_S),
            ("appeal_window_s", APPEAL_S),
        ):
            await office.govern(office.contracts.parameters.set(name, value))
        await _restart(alliance)
        asked_in = int(await office.call("eth_blockNumber"), 16)
        async with alliance.of("asker").client() as client:
            numbers = {line.name: line.member_id for line in await client.members()}
        query = ("query", "domain", "both.example", "--case", "C-9", "--deadline", str(DEADLINE_S))
        asked = await alliance.run("asker", *query, "--no-wait")
        for name in ("north", "south"):
            async with asyncio.timeout(PATIENCE_S):
                assert await alliance.daemons.pop(name).wait() == -signal.SIGKILL
        query_id = asked.out.strip()
        yield Disputed(
            alliance=alliance, office=office, query_id=query_id, numbers=numbers, asked_in=asked_in
        )


async def _restart(alliance: Alliance) -> None:
    """The asker disputes by itself; both holders die once they have written the voucher down."""
    path = alliance.of("asker").home / "riskmesh.toml"
    text = path.read_text()
    for default, wanted in SETTINGS.items():
        assert default in text
        text = text.replace(default, wanted)
    path.write_text(text)
    everyone = list(alliance.institutions)
    await asyncio.gather(*(alliance.terminate(name) for name in everyone))
    await alliance.start("asker")
    for name in ("north", "south"):
        dying = stopping("INSERT accepted", "after", alliance.work / f"{name}.steps")
        await alliance.start(name, dying)
    await asyncio.gather(*(alliance.ready(name) for name in everyone))


@pytest.mark.timeout(300)
async def test_dispute__of_holders_that_died_with_the_voucher__pays_the_one_that_serves_and_costs_the_other(
    disputed: Disputed,
) -> None:
    alliance, office = disputed.alliance, disputed.office
    async with working(office):
        await office.later(DEADLINE_S + CLAIM_WINDOW_S + 1)
        await disputed.cases(north=CaseStanding.OPEN, south=CaseStanding.OPEN)
        assert await disputed.record_states() == {"north": RecordState.PENDING, "south": RecordState.PENDING}
        await alliance.start("north")
        heard = await disputed.cases(north=CaseStanding.DISMISSED, south=CaseStanding.OPEN)
        assert (heard["north"].dismissed_votes, heard["north"].answer is None) == (1, False)
        assert (await disputed.record_states())["north"] is RecordState.DISCLOSED
        await office.later(WINDOW_S + 1)
        await alliance.start("south")
        await disputed.cases(north=CaseStanding.DISMISSED, south=CaseStanding.UPHELD)
        await alliance.ready("south")
        assert "has gone against it. It is upheld for 1" in await disputed.said("south", "status")
        await office.later(APPEAL_S + 1)
        await disputed.cases(north=CaseStanding.SETTLED, south=CaseStanding.SETTLED)

    await _both_sides_see_it(disputed)
    await _accounts_agree(disputed)
    await _nothing_of_it_is_on_the_chain(disputed)


async def _both_sides_see_it(disputed: Disputed) -> None:
    for name in ("asker", "north", "south"):
        said = await disputed.said(name, "disputes")
        assert f"1 asker settled {HIT_PRICE} - 2 north dismissed to north" in said
        assert f"1 asker settled {HIT_PRICE} - 3 south upheld to asker" in said
        assert (disputed.query_id[:10] in said) == (name == "asker")
    found = (await disputed.office.run("auditor", "cases", "--json")).json()
    assert [(one["found"], "handed on to the requester" in one["because"][0]) for one in found] == [(0, True)]


async def _accounts_agree(disputed: Disputed) -> None:
    """North is paid for its answer and its hit, south for its answer, and nobody for anything twice."""
    alliance, vouched = disputed.alliance, QUERY_FEE + HIT_PRICE
    for name in ("north", "south"):
        assert await _redeemed(alliance, name, vouched=vouched) == QUERY_FEE
    head = int(await disputed.office.call("eth_blockNumber"), 16)
    asker, north, south = [await _statement(alliance, name, head) for name in ("asker", "north", "south")]
    assert (asker.escrowed, asker.refunded, asker.paid) == (2 * HIT_PRICE, HIT_PRICE, 2 * QUERY_FEE)
    assert (north.awarded, north.received, north.penalties) == (HIT_PRICE, QUERY_FEE, 0)
    assert (south.awarded, south.received, south.penalties) == (0, QUERY_FEE, PENALTY)
    assert asker.closing == asker.granted + asker.allowance - HIT_PRICE - 2 * QUERY_FEE
    assert await _open(alliance) == {"north": 0, "south": 0}

    async with alliance.of("asker").client() as client:
        asked = await client.submit([RawSubject(type="domain", value="clear.example")])
    await alliance.settled("asker", asked.query_id)
    for name in ("north", "south"):
        assert await _redeemed(alliance, name, vouched=vouched + QUERY_FEE) == QUERY_FEE
    assert (await alliance.ledger()).conserved


async def _redeemed(alliance: Alliance, name: str, *, vouched: int) -> int:
    """What is paid once the holder has a voucher over so much."""
    async with alliance.of(name).client() as client:
        await until(client.credits, lambda seen: seen.received[0].amount == vouched, patience_s=PATIENCE_S)
        first, again = await client.redeem(), await client.redeem()
    assert again.pairs == ()
    return sum(pair.paid for pair in first.pairs)


async def _statement(alliance: Alliance, name: str, head: int) -> EpochStatement:
    """Of the only epoch, read up to this block, which the ledger agrees with to the unit."""
    async with alliance.of(name).client() as client:
        report = await until(
            lambda: client.statement(epoch=None), lambda seen: seen.block >= head, patience_s=PATIENCE_S
        )
    assert [one for one in report.values if one.stated != one.ledger] == []
    (epoch,) = report.epochs
    return epoch


async def _open(alliance: Alliance) -> dict[str, int]:
    """What the asker owes and has not paid."""
    async with alliance.of("asker").client() as client:
        given = (await client.credits()).given
    return {one.name: one.amount - one.paid - one.set_off for one in given}


async def _nothing_of_it_is_on_the_chain(disputed: Disputed) -> None:
    """No trace of the subject anywhere, and a dispute's transactions have room for digests alone."""
    office = disputed.office
    head = int(await office.call("eth_blockNumber"), 16)
    blocks = [await office.call("eth_getBlockByNumber", hex(number), True) for number in range(head + 1)]
    logs = await office.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    places = [Place(name="the chain", content=json.dumps(one).encode()) for one in (*blocks, logs)]
    assert Traces([canonical(SubjectType.DOMAIN, "both.example")]).found_in(places) == []

    record = read_record(disputed.alliance.work / "deployment.json")
    ledger = record.address_of("AuditLedger").lower()
    sent = [
        bytes.fromhex(transaction["input"][2:])
        for block in blocks[disputed.asked_in :]
        for transaction in block["transactions"]
        if transaction["to"] == ledger
    ]
    assert len(sent) >= DISPUTE_TRANSACTIONS
    assert max(map(len, sent)) <= 4 + 4 * WORD
