"""Honest answers of a node, events, files and records to begin from, and how they are read."""

import json
from collections.abc import Sequence
from types import MappingProxyType

import msgspec
from eth_abi.abi import encode

from oracle.chain.answers import RawLog, parse_block, parse_logs, parse_receipt
from oracle.chain.applications import possession_context
from oracle.chain.artifacts import load_artifact
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import CONTRACT_NAMES, DeployedContract, DeploymentRecord, encode_record
from oracle.chain.errors import NodeUnreliable
from oracle.chain.facts import FACTS_OF_CONTRACT
from oracle.chain.quantities import checksummed
from oracle.chain.transport import RpcAnswer, result_of
from oracle.crypto.keccak import keccak256
from oracle.crypto.possession import prove_possession
from oracle.crypto.voprf import public_key
from oracle.domain.ids import Address, BlockNumber
from oracle.domain.record import Category, Record, RecordItem
from oracle.peer.record_codec import encode_record as encode_dataset_record
from oracle.peer.record_codec import frame_of

HASH = b"\x07" * 32
DEPLOYMENT = DeploymentRecord(
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
DECODER = log_decoder(DEPLOYMENT)
KEYS = sorted(DECODER.table)
_ANSWER = msgspec.json.Decoder(RpcAnswer)
VALIDATORS = b'{"version":1,"validators":{"1":"0x' + b"11" * 20 + b'"}}'
BALLOT = json.dumps(
    {
        "version": 1,
        "proposal": "7",
        "support": "for",
        "voter": "0x" + "1" * 40,
        "signature": "0x" + "2" * 130,
    }
).encode()
BLOCKS = tuple(
    json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
    for result in (
        {
            "number": "0x7",
            "hash": "0x" + HASH.hex(),
            "parentHash": "0x" + HASH.hex(),
            "timestamp": "0x6553f100",
            "baseFeePerGas": "0x1",
            "logsBloom": "0x" + "00" * 256,
            "transactions": ["0x" + HASH.hex()],
        },
        None,
    )
)
RECEIPTS = (
    json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "result": {
                "transactionHash": "0x" + HASH.hex(),
                "blockNumber": "0x7",
                "blockHash": "0x" + HASH.hex(),
                "status": "0x1",
                "gasUsed": "0x5208",
                "contractAddress": None,
            },
        }
    ).encode(),
    b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"execution reverted","data":"0x08c379a0"}}',
)


def _result(data: bytes) -> object:
    """As the transport does it."""
    try:
        answer = _ANSWER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NodeUnreliable("not JSON-RPC") from None
    return result_of(answer, "node", "method")


def read_block(data: bytes) -> object:
    return parse_block(_result(data))


def read_receipt(data: bytes) -> object:
    return parse_receipt(_result(data), HASH)


def read_logs(data: bytes) -> object:
    return [DECODER.decode(log, 1) for log in parse_logs(_result(data))]


def read_event(data: bytes) -> object:
    """The first byte names an event; topics and data follow."""
    address, topic = KEYS[data[0] % len(KEYS)] if data else KEYS[0]
    count = 32 * len(DECODER.table[address, topic].indexed)
    topics = tuple(data[1 + start : 33 + start].ljust(32, b"\0") for start in range(0, count, 32))
    log = RawLog(
        address=address,
        topics=(topic, *topics),
        data=data[1 + count :],
        block_number=BlockNumber(7),
        block_hash=HASH,
        tx_hash=HASH,
        index=0,
    )
    return DECODER.decode(log, 1)


def _zero(kind: str) -> object:
    if kind.endswith("[]"):
        return [_zero(kind[:-2])]
    if kind.endswith("]"):
        inner, _, count = kind[:-1].rpartition("[")
        return [_zero(inner)] * int(count)
    if kind.startswith("("):
        return tuple(_zero(each) for each in kind[1:-1].split(","))
    plain = {"address": "0x" + "11" * 20, "string": "text", "bytes": b"data", "bool": False}
    if kind in plain:
        return plain[kind]
    return b"\x11" * int(kind[5:]) if kind.startswith("bytes") else 3


def _encoded(kinds: Sequence[str]) -> bytes:
    return encode(kinds, [_zero(kind) for kind in kinds])


def events() -> tuple[bytes, ...]:
    """One of every event that is known."""
    return tuple(
        bytes([place]) + _encoded(DECODER.table[key].indexed) + _encoded(DECODER.table[key].unindexed)
        for place, key in enumerate(KEYS)
    )


def logs() -> tuple[bytes, ...]:
    address = DEPLOYMENT.address_of("QueryLedger")
    kind = FACTS_OF_CONTRACT["QueryLedger"][0]
    topic = load_artifact("QueryLedger").event(kind.__name__).topic
    decoder = DECODER.table[address, topic]
    indexed = _encoded(decoder.indexed)
    log = {
        "address": address,
        "topics": [
            "0x" + topic.hex(),
            *("0x" + indexed[start : start + 32].hex() for start in range(0, len(indexed), 32)),
        ],
        "data": "0x" + _encoded(decoder.unindexed).hex(),
        "blockNumber": "0x7",
        "blockHash": "0x" + HASH.hex(),
        "transactionHash": "0x" + HASH.hex(),
        "logIndex": "0x0",
        "removed": False,
    }
    return (json.dumps({"jsonrpc": "2.0", "id": 1, "result": [log]}).encode(),)


def deployment() -> bytes:
    return encode_record(DEPLOYMENT)


def founders() -> bytes:
    secret, governance = (7).to_bytes(32, "little"), "0x" + "11" * 20
    possession = prove_possession(secret, possession_context(Address(governance)))
    application = {
        "version": 1,
        "name": "Bank A",
        "governance": governance,
        "operator": "0x" + "22" * 20,
        "sealingSuite": 1,
        "sealingKey": "0x" + "33" * 32,
        "oprfKey": "0x" + public_key(secret).hex(),
        "oprfPossession": "0x" + possession.hex(),
        "endpoint": "https://127.0.0.1:8001",
        "certificate": "0x" + "44" * 50,
        "profileHash": "0x" + keccak256(b"Bank A").hex(),
    }
    return json.dumps({"version": 1, "founders": [application]}).encode()


def _record() -> Record:
    item = RecordItem(
        category=Category.TRANSACTION_FRAUD,
        severity=3,
        first_seen_day=19_000,
        last_seen_day=19_500,
        reason_code=5,
        evidence_class=2,
        confidence_bps=8_000,
        expires_day=20_500,
        holder_reference="C-17",
    )
    return Record(items=(item,))


def record() -> bytes:
    return encode_dataset_record(_record())


def record_frame() -> bytes:
    return frame_of(record())
