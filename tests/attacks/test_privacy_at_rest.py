"""With all of a holder's keys, files and logs, and all of the chain, no missed subject can be found."""

import io
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
import structlog
from attacks.conversation import HELD, Conversation
from attacks.member import InProcess
from attacks.remains import all_of, dataset_of
from attacks.traces import ElementTraces, Traces

from oracle.crypto.buckets import bucket_hash, prefix
from oracle.crypto.keccak import keccak256
from oracle.dataset.environment import DatasetEnvironment
from oracle.domain.answered import Envelope
from oracle.domain.reports import Finding, RawSubject
from oracle.domain.subject import Subject, SubjectType
from oracle.peer.bodies.elements import unpack_elements
from oracle.store.tables import marks
from oracle.subjects import canonical
from oracle.telemetry.logs import configure

ABOUT = 12
EMAIL_BITS = 18
LONG = 1 << 16
"""Prefixes above it are not mistaken for a port, a count or a row of zeros."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that a daemon would write at its most talkative."""
    written, root = io.StringIO(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure(level=logging.DEBUG, as_json=True, stream=written)
    yield written
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def _missed() -> list[Subject]:
    """Mailboxes that nobody lists, with prefixes that stand out."""
    made = (canonical(SubjectType.EMAIL, f"nobody.{number}@missing.example") for number in range(1_000))
    return [each for each in made if prefix(bucket_hash(each.encoded), EMAIL_BITS) > LONG][:ABOUT]


@dataclass(kw_only=True)
class Asked:
    """A query about a subject that the holder has and others that it does not have, gone all its way."""

    talk: Conversation
    log: io.StringIO
    chain: Any
    missed: list[Subject]
    hit: list[Subject] = field(default_factory=list)

    @property
    def holder(self) -> InProcess:
        return self.talk.holder

    async def traces(self) -> list[str]:
        return Traces(self.missed).found_in(await all_of(self.holder, self.chain, self.log.getvalue()))

    async def element_traces(self) -> ElementTraces:
        content = (await self.talk.batch()).content
        missed = {subject.encoded for subject in self.missed}
        elements = unpack_elements(content.elements)
        return ElementTraces(
            element
            for element, opening in zip(elements, content.openings, strict=True)
            if opening.subject.encoded in missed
        )


@pytest.fixture
async def asked(log: io.StringIO, talk: Conversation, chain: Any) -> Asked:
    missed = _missed()
    subjects = tuple(RawSubject(type="email", value=subject.value) for subject in missed)
    await talk.ask(HELD, subjects=subjects)
    await talk.answer()
    await talk.judge()
    await talk.settle()
    found = [result.state for result in await talk.results()]
    assert found == [Finding.HIT, *[Finding.MISS] * ABOUT]
    hit = canonical(SubjectType.PHONE, talk.subject(HELD).value)
    return Asked(talk=talk, log=log, chain=chain, missed=missed, hit=[hit])


async def test_holder__of_subjects_that_it_does_not_have__keeps_no_trace(asked: Asked) -> None:
    assert "reply_rejected" not in asked.log.getvalue()
    assert await asked.traces() == []


async def test_holder__that_was_stopped_and_started__keeps_no_trace_either(
    asked: Asked, members: Callable[[int], Awaitable[InProcess]]
) -> None:
    """What a write-ahead log held is in the tables now."""
    asked.talk.holder = await members(2)

    assert await asked.traces() == []


async def test_prefixes__after_a_query__lie_in_sealed_envelopes_only(asked: Asked) -> None:
    traces = await asked.element_traces()
    places = await all_of(asked.holder, asked.chain, asked.log.getvalue())

    assert set(traces.found_in(places)) == {
        "answers.envelope: a blinded element",
        "answers.envelope: a prefix",
    }
    assert traces.numbers_in(asked.log.getvalue().encode()) == []


async def test_chain__after_a_query__has_no_element(asked: Asked) -> None:
    """The identifiers, counts and times are there, so what is searched is the right chain."""
    traces = await asked.element_traces()
    places = await all_of(asked.holder, asked.chain, "")
    on_chain = [place for place in places if place.name.startswith(("block", "logs"))]

    assert any(asked.talk.batch_id.hex().encode() in place.content for place in on_chain)
    assert traces.found_in(on_chain) == []


async def test_search__for_the_subject_that_the_holder_has__finds_its_record(asked: Asked) -> None:
    """The search is able to see: what the holder holds stands in its own records, under its key."""
    found = Traces(asked.hit).found_in(dataset_of(asked.holder))

    assert found == ["a record: a canonical value", "a record: subject bytes"]


async def _in_the_store(asked: Asked, planted: bytes) -> None:
    async with asked.holder.base.database.writing() as connection:
        await connection.execute(marks.insert().values(name="planted", value=planted.hex()))


async def _in_a_sealed_column(asked: Asked, planted: bytes) -> None:
    """Nobody sees it in the files; the key opens it."""
    journal, fact = asked.holder.holder.journal, await asked.talk.answered()
    batch_id = type(fact.batch_id)(b"\x05" * 32)
    await journal.seen(fact.requester, batch_id, 1, fact.deadline)
    await journal.fetched(fact.requester, batch_id, Envelope(statement=b"", elements=planted))


async def _in_the_dataset(asked: Asked, planted: bytes) -> None:
    environment: DatasetEnvironment = asked.holder.holder.dataset._environment  # noqa: SLF001 - as a bug would
    with environment.writing() as rows:
        rows.txn.put(b"planted", planted, db=rows.tables.state)


async def _in_the_log(asked: Asked, planted: bytes) -> None:
    asked.log.write(f'{{"event": "looked_up", "subject": "{planted.hex().upper()}"}}\n')


async def _on_the_chain(asked: Asked, planted: bytes) -> None:
    account = asked.chain.call("eth_accounts")[0]
    sent = {"from": account, "to": account, "data": "0x" + (b"\0" + planted).hex(), "gasPrice": "0x0"}
    asked.chain.call("eth_sendTransaction", sent)


@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (_in_the_store, "marks.value"),
        (_in_a_sealed_column, "answers.envelope"),
        (_in_the_dataset, "dataset state"),
        (_in_the_log, "log"),
        (_on_the_chain, "block"),
    ],
)
async def test_search__for_what_was_planted__finds_it(
    asked: Asked, plant: Callable[[Asked, bytes], Awaitable[None]], where: str
) -> None:
    subject = asked.missed[0]
    planted = {
        "a canonical value": subject.value.encode(),
        "keccak256 of subject bytes": keccak256(subject.encoded)[11:19],
        "SHA-256 of bucket": sha256(b"riskmesh/1/bucket" + subject.encoded).digest()[:8],
    }

    await plant(asked, b"\0".join(planted.values()))
    found = [line for line in await asked.traces() if line.startswith(where)]

    assert {what for what in planted if any(line.endswith(what) for line in found)} == set(planted)
