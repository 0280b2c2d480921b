"""The fourth institution asks the others, and afterwards says which records were right."""

import asyncio
from dataclasses import dataclass, field

from oracle.api.client import LocalClient
from oracle.demo.institutions import Institution
from oracle.demo.telling import Telling
from oracle.domain.record import Category
from oracle.domain.reports import Finding, HolderState, QueryState, RawSubject, Verdict

PER_QUERY = 150
CASE = "demo-case-1"
RATED_A_HOLDER = 40
REFUTED_EVERY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuery:
    """One query and what became of it."""

    subjects: tuple[RawSubject, ...] = field(repr=False)
    state: QueryState = field(repr=False)


async def ask(telling: Telling, asker: Institution, subjects: tuple[RawSubject, ...]) -> list[AskedQuery]:
    """Ask in queries of a usual size, all on their way at once; wait for every record."""
    parts = [subjects[start : start + PER_QUERY] for start in range(0, len(subjects), PER_QUERY)]
    async with asker.client() as client:
        accepted = [
            await client.submit(part, purpose=None, case_reference=CASE, deadline_s=None) for part in parts
        ]
        telling.say(
            f"{len(subjects):,} subjects go out in {len(parts)} batches, committed on the chain first."
        )
        states = await asyncio.gather(*(_follow(client, entry.query_id) for entry in accepted))
    queries = [AskedQuery(subjects=part, state=state) for part, state in zip(parts, states, strict=True)]
    answered = sum(line.state is HolderState.ANSWERED for query in queries for line in query.state.holders)
    telling.say(
        f"{answered} replies came back, each checked against the roots on the chain before it counts."
    )
    return queries


async def _follow(client: LocalClient, query_id: str) -> QueryState:
    """Wait until every holder has answered or is out of time, and every record is here or refused."""
    async for _ in client.query_events(query_id):
        pass
    return await client.query_state(query_id)


async def rate(telling: Telling, asker: Institution, queries: list[AskedQuery]) -> int:
    """Say of some disclosed records whether they were right; every twentieth was not."""
    rated: dict[int, int] = {}
    refuted = 0
    async with asker.client() as client:
        for query in queries:
            for result in query.state.results:
                count = rated.get(result.holder, 0)
                if result.state is not Finding.HIT or not result.record or count >= RATED_A_HOLDER:
                    continue
                wrong = count % REFUTED_EVERY == REFUTED_EVERY - 1
                refuted += wrong
                rated[result.holder] = count + 1
                await client.rate(
                    query_id=query.state.summary.query_id,
                    index=result.index,
                    holder=result.holder,
                    category=Category[result.record[0].category.upper()],
                    verdict=Verdict.REFUTED if wrong else Verdict.CONFIRMED,
                )
    total = sum(rated.values())
    telling.say(f"{asker.name} rates {total} of the records: {total - refuted} confirmed, {refuted} refuted.")
    return total
