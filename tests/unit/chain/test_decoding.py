"""Logs decoded by the table of topics: what is encoded comes out, and nothing else is taken."""

from dataclasses import fields
from types import MappingProxyType

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oracle.chain.answers import RawLog
from oracle.chain.artifacts import Artifact, Entry, Parameter, load_artifact
from oracle.chain.decoding import LogDecoder, event_decoder, log_decoder, snake_case
from oracle.chain.deployment import CONTRACT_NAMES, DeployedContract, DeploymentRecord
from oracle.chain.encoding import decode_fact, encode_fact
from oracle.chain.errors import BadArtifact, LogRefused
from oracle.chain.facts import (
    FACTS_OF_CONTRACT,
    Committed,
    EndpointSet,
    Fact,
    Granted,
    ProposalCreated,
    Redeemed,
)
from oracle.chain.quantities import checksummed
from oracle.domain.errors import Broken
from oracle.domain.ids import BlockNumber

RECORD = DeploymentRecord(
    chain_id=1,
    genesis_hash=bytes(32),
    block=BlockNumber(1),
    contracts=MappingProxyType(
        {
            name: DeployedContract(address=checksummed(bytes([number + 1]) * 20), code_hash=bytes(32))
            for number, name in enumerate(CONTRACT_NAMES)
        }
    ),
    parameters=MappingProxyType({}),
    steps=MappingProxyType({}),
    names=(),
)


@pytest.fixture(scope="module")
def decoder() -> LogDecoder:
    return log_decoder(RECORD)


def _log(contract: str, event: str, **values: object) -> RawLog:
    entry = load_artifact(contract).event(event)
    indexed = [parameter for parameter in entry.inputs if parameter.indexed]
    others = [parameter for parameter in entry.inputs if not parameter.indexed]
    return RawLog(
        address=RECORD.address_of(contract),
        topics=(entry.topic, *(encode([each.canonical], [values[each.name]]) for each in indexed)),
        data=encode([each.canonical for each in others], [values[each.name] for each in others]),
        block_number=BlockNumber(7),
        block_hash=b"\x07" * 32,
        tx_hash=b"\x08" * 32,
        index=3,
    )


COMMITTED = _log("QueryLedger", "Committed", batchId=b"\x09" * 32, requester=4, count=5, deadline=6)


def test_decode__a_commitment__gives_its_fact_with_its_place(decoder: LogDecoder) -> None:
    fact = decoder.decode(COMMITTED, 99)

    assert isinstance(fact, Committed)
    assert (fact.batch_id, fact.requester, fact.count, fact.deadline) == (b"\x09" * 32, 4, 5, 6)
    assert (fact.at.block_number, fact.at.log_index, fact.at.block_timestamp) == (7, 3, 99)
    assert (fact.at.block_hash, fact.at.tx_hash) == (b"\x07" * 32, b"\x08" * 32)


def test_decode__a_proposal__gives_tuples_and_checksummed_addresses(decoder: LogDecoder) -> None:
    log = _log(
        "ConsortiumGovernor",
        "ProposalCreated",
        proposalId=2**255,
        proposer="0x" + "ab" * 20,
        targets=["0x" + "cd" * 20],
        values=[0],
        signatures=[""],
        calldatas=[b"\x01\x02"],
        voteStart=1,
        voteEnd=2,
        description="Admit",
    )

    fact = decoder.decode(log, 1)

    assert isinstance(fact, ProposalCreated)
    assert fact.targets == (checksummed(b"\xcd" * 20),)
    assert (fact.proposer, fact.calldatas) == (checksummed(b"\xab" * 20), (b"\x01\x02",))
    assert decode_fact(encode_fact(fact)) == fact


@pytest.mark.parametrize(
    "log",
    [
        replace(COMMITTED, address=RECORD.address_of("CreditLedger")),
        replace(COMMITTED, topics=()),
        replace(COMMITTED, topics=(b"\x01" * 32, *COMMITTED.topics[1:])),
        replace(COMMITTED, topics=COMMITTED.topics[:2]),
        replace(COMMITTED, topics=(*COMMITTED.topics, bytes(32))),
        replace(COMMITTED, topics=(*COMMITTED.topics[:2], b"\x01" * 32)),
        replace(COMMITTED, data=COMMITTED.data[:-1]),
        replace(COMMITTED, data=COMMITTED.data + bytes(32)),
        replace(COMMITTED, data=b"\x01" + COMMITTED.data[1:]),
        replace(COMMITTED, data=b""),
    ],
)
def test_decode__wrong_address_topics_or_data__is_refused(decoder: LogDecoder, log: RawLog) -> None:
    with pytest.raises(LogRefused):
        decoder.decode(log, 1)


def test_decode__text_that_is_no_utf8__is_refused(decoder: LogDecoder) -> None:
    log = _log(
        "MemberRegistry",
        "EndpointSet",
        memberId=1,
        endpoint="ab",
        tlsFingerprint=bytes(32),
        certificate=b"",
        previousUntil=0,
    )

    assert isinstance(decoder.decode(log, 1), EndpointSet)
    with pytest.raises(LogRefused):
        decoder.decode(replace(log, data=log.data.replace(b"ab", b"\xff\xfe")), 1)


@given(
    requester=st.integers(1, 2**64 - 1),
    holder=st.integers(1, 2**64 - 1),
    amount=st.integers(0, 2**256 - 1),
    paid=st.integers(0, 2**256 - 1),
)
def test_decode__any_redemption__comes_back_through_the_journal(
    requester: int, holder: int, amount: int, paid: int
) -> None:
    values = {
        "requester": requester,
        "holder": holder,
        "queries": 1,
        "hits": 2,
        "amount": amount,
        "paid": paid,
    }
    fact = log_decoder(RECORD).decode(_log("CreditLedger", "Redeemed", **values), 1)

    assert isinstance(fact, Redeemed)
    assert (fact.requester, fact.holder, fact.amount, fact.paid) == (requester, holder, amount, paid)
    assert decode_fact(encode_fact(fact)) == fact


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'[2,"Granted",{}]', b'[1,"Unknown",{}]', b'[1,"Granted",{}]', b'[1,"Granted",{"at":1}]'],
)
def test_journalled_fact__damaged_or_of_another_version__is_broken(content: bytes) -> None:
    with pytest.raises(Broken):
        decode_fact(content)


def test_table__every_fact__has_its_event_in_the_packaged_abi(decoder: LogDecoder) -> None:
    kinds: set[type[Fact]] = {kind for kinds in FACTS_OF_CONTRACT.values() for kind in kinds}

    assert {entry.kind for entry in decoder.table.values()} == kinds
    assert len(decoder.addresses) == len(FACTS_OF_CONTRACT)
    assert all(fields(kind)[0].name == "at" for kind in kinds)


def test_table__abi_of_another_version__is_refused_at_start() -> None:
    granted = Entry(type="event", name="Granted", inputs=(Parameter(type="uint64", name="memberId"),))
    artifact = Artifact(contract="CreditLedger", abi=(granted,), bytecode=b"")

    with pytest.raises(BadArtifact, match="different versions"):
        event_decoder(artifact, Granted)


def test_table__indexed_text__is_refused_because_it_is_lost() -> None:
    inputs = (
        Parameter(type="uint64", name="memberId"),
        Parameter(type="string", name="amount", indexed=True),
    )
    artifact = Artifact(
        contract="CreditLedger", abi=(Entry(type="event", name="Granted", inputs=inputs),), bytecode=b""
    )

    with pytest.raises(BadArtifact, match="lost"):
        event_decoder(artifact, Granted)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("memberId", "member_id"),
        ("tlsFingerprint", "tls_fingerprint"),
        ("at", "at"),
        ("etaSeconds", "eta_seconds"),
    ],
)
def test_snake_case__names_of_the_abi__become_field_names(name: str, expected: str) -> None:
    assert snake_case(name) == expected


def test_artifact__that_was_never_generated__says_what_to_do() -> None:
    with pytest.raises(BadArtifact, match="compile_contracts"):
        load_artifact("NoSuchContract")
