"""The story: three institutions found an alliance, a fourth joins by vote and asks the others."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

from oracle.demo.asking import AskedQuery, ask, rate
from oracle.demo.institutions import Institution, found, set_up, start_daemon, status_when
from oracle.demo.joining import admit
from oracle.demo.judging import Judgement, judge, plain_set
from oracle.demo.ledger import Ledger, read_ledger
from oracle.demo.lists import RealLists, question, read_lists, write_csv
from oracle.demo.outcome import HolderOutcome, Outcome, percentile
from oracle.demo.processes import Processes, ProcessFailed, start_anvil
from oracle.demo.telling import Telling
from oracle.domain.reports import ImportFormat, ImportSummary, MemberLine

SUBJECTS = 1_200
SEED = 20_261_124
"""The same lists and the same questions every time, so that two runs can be compared."""
SETTLE_S = 120.0


class Story:
    """One run; what it has learnt so far stands in its fields."""

    def __init__(self, running: Processes, telling: Telling, work: Path, *, rpc: str | None) -> None:
        self._running = running
        self._telling = telling
        self._work = work
        self._rpc = rpc or ""
        self._chance = random.Random(SEED)  # noqa: S311 - chooses examples, no secrets
        self._imported: dict[str, ImportSummary] = {}
        self.founders: list[Institution] = []
        self.joiner: Institution | None = None

    async def play(self) -> Outcome:
        """The whole story; raises what goes wrong."""
        started = time.monotonic()
        lists = read_lists(self._chance)
        joiner = await self._found(lists)
        await self._import(self.founders)
        self._telling.chapter(f"{joiner.name} applies, and the members vote")
        by_vote = await admit(self._running, self._telling, self.founders, joiner)
        await self._import([joiner])
        before, members_before = await self._ledger(), await _members(joiner)
        self._telling.chapter(f"{joiner.name} asks all the others, who do not learn whom it asks about")
        queries = await ask(self._telling, joiner, question(lists, self._chance, size=SUBJECTS))
        judgements = self._judge(queries, members_before)
        await self._settle(joiner, queries)
        after, members_after = await self._ledger(), await _members(joiner)
        judged = _Sum(judgements)
        return Outcome(
            asker=joiner.name,
            asker_credits_before=before.balances[_number(joiner, members_before)],
            asker_credits_after=after.balances[_number(joiner, members_before)],
            subjects=sum(len(query.subjects) for query in queries),
            queries=judged.hits + judged.misses + judged.no_answers,
            hits=judged.hits,
            misses=judged.misses,
            no_answers=judged.no_answers,
            disclosed=judged.disclosed,
            wrong_answers=judged.wrong,
            credits_conserved=before.conserved and after.conserved,
            admitted_by_vote=by_vote,
            seconds=round(time.monotonic() - started, 1),
            holders=tuple(
                self._row(each, queries, (before, after), (members_before, members_after))
                for each in self.founders
            ),
        )

    async def _found(self, lists: RealLists) -> Institution:
        self._telling.chapter("Three institutions found an alliance on a chain of their own")
        if not self._rpc:
            self._rpc = await start_anvil(self._running)
        roles = (
            ("Nordbank", lists.phones),
            ("Cardwatch", lists.phishing),
            ("Mailshield", lists.mail_domains),
            ("Fintrust", lists.overlapping),
        )
        everyone = [Institution(name=name, home=self._work / name.lower(), held=held) for name, held in roles]
        deployment = self._work / "deployment.json"
        await asyncio.gather(*(set_up(each, self._rpc, deployment) for each in everyone))
        *self.founders, joiner = everyone
        self.joiner = joiner
        self._telling.say("Each makes its own keys; nobody else ever has them.")
        await found(self.founders, self._rpc, self._work)
        self._telling.say("The contracts are deployed; whoever deployed them holds no role any more.")
        for each in everyone:
            await start_daemon(self._running, each)
        for each in self.founders:
            await status_when(self._running, each, "active")
        self._telling.say("Their daemons run, each a process of its own with its own store.")
        return joiner

    async def _import(self, institutions: list[Institution]) -> None:
        if len(institutions) > 1:
            self._telling.chapter("Each reads its own list; the data stays where it is")
        await asyncio.gather(*(self._import_one(each) for each in institutions))

    async def _import_one(self, institution: Institution) -> None:
        file = self._work / f"{institution.home.name}.csv"
        write_csv(file, institution.held)

        async def chunks() -> AsyncIterator[bytes]:
            with file.open("rb") as source:
                while chunk := source.read(64 * 1024):
                    yield chunk

        async with institution.client() as client:
            summary = None
            async for event in client.import_records(chunks(), file_format=ImportFormat.CSV, strict=False):
                if isinstance(event, ImportSummary):
                    summary = event
            if summary is None:
                raise ProcessFailed(f"{institution.name}'s import ended without a summary")
            self._imported[institution.name] = summary
            snapshot = await client.publish_snapshot()
        self._telling.say(
            f"{institution.name}: {summary.imported:,} lines of {institution.held.source}"
            f" ({summary.skipped:,} not valid), snapshot {snapshot.sequence} published."
        )

    def _judge(self, queries: list[AskedQuery], members: dict[str, MemberLine]) -> list[Judgement]:
        holders = {
            members[each.name].member_id: (plain_set(each.held), each.held.category) for each in self.founders
        }
        judgements = [judge(query.state, query.subjects, holders) for query in queries]
        judged = _Sum(judgements)
        self._telling.say(
            f"Held against the lists themselves: {judged.hits:,} hits, {judged.misses:,} misses, "
            f"{judged.wrong} wrong, {judged.no_answers} unanswered; {judged.disclosed:,} records disclosed."
        )
        return judgements

    async def _settle(self, joiner: Institution, queries: list[AskedQuery]) -> None:
        self._telling.chapter("Accounts follow: vouchers are redeemed, records are rated")
        async with joiner.client() as client:
            owed = {line.name: line.amount for line in (await client.credits()).given}
        for each in self.founders:
            async with each.client() as client:
                report = await client.redeem()
            paid = sum(pair.paid for pair in report.pairs)
            self._telling.say(
                f"{each.name} redeems {paid:,} of {owed.get(each.name, 0):,} credits on the chain."
            )
        rated = await rate(self._telling, joiner, queries)
        before = await _members(joiner)
        async with asyncio.timeout(SETTLE_S):
            while rated and await _scores(joiner) == {name: line.score_bps for name, line in before.items()}:
                self._running.require_running()
                await asyncio.sleep(0.5)
        self._telling.say(
            "From the next epoch on the ratings count, and a hit costs what the holder's score says."
        )

    def _row(
        self,
        holder: Institution,
        queries: list[AskedQuery],
        ledgers: tuple[Ledger, Ledger],
        members: tuple[dict[str, MemberLine], dict[str, MemberLine]],
    ) -> HolderOutcome:
        number = members[0][holder.name].member_id
        parts = [line for query in queries for line in query.state.holders if line.holder == number]
        latencies = [line.latency_ms for line in parts if line.latency_ms is not None]
        imported = self._imported[holder.name]
        return HolderOutcome(
            name=holder.name,
            member_id=number,
            source=holder.held.source,
            records=imported.imported,
            lines_not_imported=imported.skipped,
            asked=sum(line.asked for line in parts),
            hits=sum(line.hits for line in parts),
            paid=sum(line.paid for line in parts),
            latency_p50_ms=percentile(latencies, 0.5),
            latency_p95_ms=percentile(latencies, 0.95),
            score_bps_before=members[0][holder.name].score_bps,
            score_bps_after=members[1][holder.name].score_bps,
            credits_before=ledgers[0].balances[number],
            credits_after=ledgers[1].balances[number],
        )

    async def _ledger(self) -> Ledger:
        return await read_ledger(self._rpc, self._work / "deployment.json")


class _Sum:
    """Judgements of all queries together."""

    def __init__(self, judgements: list[Judgement]) -> None:
        self.hits = sum(each.hits for each in judgements)
        self.misses = sum(each.misses for each in judgements)
        self.no_answers = sum(each.no_answers for each in judgements)
        self.disclosed = sum(each.disclosed for each in judgements)
        self.wrong = sum(each.wrong for each in judgements)


async def _members(institution: Institution) -> dict[str, MemberLine]:
    async with institution.client() as client:
        return {line.name: line for line in await client.members()}


async def _scores(institution: Institution) -> dict[str, int]:
    return {name: line.score_bps for name, line in (await _members(institution)).items()}


def _number(institution: Institution, members: dict[str, MemberLine]) -> int:
    return members[institution.name].member_id
