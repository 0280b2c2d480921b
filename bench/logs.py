"""Logs of the chain decoded into facts, against bare eth_abi: `python bench/logs.py`."""

from collections.abc import Sequence
from types import MappingProxyType

from eth_abi.abi import decode, encode
from measuring import rates, repeated
from rows import Benchmark, Row, per_second, show

from oracle.chain.answers import RawLog
from oracle.chain.artifacts import load_artifact
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import CONTRACT_NAMES, DeployedContract, DeploymentRecord
from oracle.chain.quantities import checksummed
from oracle.domain.ids import BlockNumber

TIMES = 2_000
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
EVENTS: dict[tuple[str, str], dict[str, object]] = {
    ("QueryLedger", "Committed"): {
        "batchId": bytes(32),
        "requester": 4,
        "count": 1_000,
        "deadline": 1_800_000_000,
    },
    ("DatasetRegistry", "Published"): {
        "memberId": 3,
        "sequence": 9,
        "root": bytes(32),
        "bits": 11,
        "oprfKeyVersion": 1,
        "changed": 12,
    },
    ("CreditLedger", "Redeemed"): {
        "requester": 1,
        "holder": 2,
        "queries": 1_000,
        "hits": 10,
        "amount": 20_000,
        "paid": 500,
    },
}


def measure() -> Sequence[Row]:
    return [_measure(contract, event, values) for (contract, event), values in EVENTS.items()]


def _measure(contract: str, event: str, values: dict[str, object]) -> Row:
    entry = load_artifact(contract).event(event)
    indexed = [parameter for parameter in entry.inputs if parameter.indexed]
    others = [parameter for parameter in entry.inputs if not parameter.indexed]
    types = tuple(parameter.canonical for parameter in indexed + others)
    data = encode([each.canonical for each in others], [values[each.name] for each in others])
    log = RawLog(
        address=RECORD.address_of(contract),
        topics=(entry.topic, *(encode([each.canonical], [values[each.name]]) for each in indexed)),
        data=data,
        block_number=BlockNumber(7),
        block_hash=bytes(32),
        tx_hash=bytes(32),
        index=3,
    )
    words, decoder = b"".join(log.topics[1:]) + data, log_decoder(RECORD)
    limit, value = rates(
        repeated(lambda: decode(types, words), TIMES), repeated(lambda: decoder.decode(log, 99), TIMES)
    )
    return per_second(f"decode a {event} log", value, limit, "one decode of all its words by eth_abi")


BENCHMARK = Benchmark(title="Logs, a core", measure=measure)

if __name__ == "__main__":
    show(BENCHMARK)
