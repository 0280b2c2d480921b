"""Every decoder of bytes that others wrote, as a function of bytes that may only end in an error of ours."""

import base64
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzing import chain_inputs
from stage.recorded import DOMAIN, RECORDS, Reader

from oracle.api.dispatch import _decoded as decode_api_body
from oracle.api.route_kinds import JsonRoute
from oracle.api.routes import ROUTES
from oracle.chain.deploy.parameters import read_parameters
from oracle.chain.deployment import parse_record
from oracle.chain.founders import read_founders
from oracle.chain.network.validator_list import read_validator_list
from oracle.cli.ballots import read_ballot
from oracle.config.loading import load_settings
from oracle.config.template import render
from oracle.crypto.tls import check_certificate, create_certificate
from oracle.dataset.columns import Defaults
from oracle.dataset.importing import ImportFormat, LineReader, Reading
from oracle.domain.errors import Misconfigured, Refused, Transient
from oracle.domain.messages import MessageType
from oracle.peer import cbor
from oracle.peer.answers import _code_of as code_of_a_problem
from oracle.peer.bodies.anchor_proofs import decode_anchor_proofs
from oracle.peer.bodies.disclosures import decode_disclosures
from oracle.peer.bodies.envelope import decode_envelope
from oracle.peer.bodies.recall import decode_recall
from oracle.peer.bodies.receipt import decode_receipt
from oracle.peer.bodies.refusal import decode_refusal
from oracle.peer.bodies.reply import decode_reply
from oracle.peer.bodies.voucher_state import decode_voucher_state, decode_voucher_state_request
from oracle.peer.decoys import parse_ticket
from oracle.peer.endpoints import parse_endpoint
from oracle.peer.frames import frame, unframe
from oracle.peer.headers import parse_header
from oracle.peer.reachable import ReachPolicy
from oracle.peer.record_codec import decode_record, open_frame
from oracle.peer.sealed import open_message
from oracle.peer.statements import parse_receipt_statement, parse_reply_head, parse_request
from oracle.peer.version import decode_version, encode_version
from oracle.peer.versions import read_versions

ALLOWED = (Refused, Transient, Misconfigured)
"""What hostile bytes may end in; `Broken` and everything that is none of our errors is a finding."""
Run = Callable[[bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One decoder. `seeds` are honest inputs."""

    name: str
    run: Run
    seeds: tuple[bytes, ...]
    first_is_read: bool = True
    """Whether the first seed is one that this very decoder takes."""

    def take(self, data: bytes) -> None:
        """Raises only what is a finding."""
        try:
            self.run(data)
        except ALLOWED:
            return


def _contents(*kinds: MessageType) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(RECORDS[kind]["content"]) for kind in kinds)


def _statement(kind: MessageType) -> tuple[bytes, ...]:
    return (bytes.fromhex(RECORDS[kind]["statement"]),)


def _framed(decode: Run) -> Run:
    """What is in a frame, so that no input is lost to its padding."""
    return lambda data: decode(frame(data))


def _file(read: Callable[[Path], object]) -> Run:
    def run(data: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="rm") as folder:
            path = Path(folder) / "riskmesh.toml"
            path.write_bytes(data)
            return read(path)

    return run


def _lines(form: ImportFormat) -> Run:
    def run(data: bytes) -> object:
        reader = LineReader(Reading(form=form, defaults=Defaults(today=20_000)))
        found: list[object] = []
        for start in range(0, len(data), 7):
            found += reader.feed(data[start : start + 7])
        return [*found, *reader.finish()]

    return run


def _open(recipient: int) -> Run:
    reader = Reader(recipient)
    return lambda data: open_message(data, reader, reader, DOMAIN)


def _messages(recipient: int) -> tuple[bytes, ...]:
    kept = [record for record in RECORDS.values() if record["recipient"] == recipient]
    return tuple(base64.b64decode(record["message"]) for record in kept if record["frameSize"] == 4096)


def _peer() -> Iterable[Target]:
    kinds: dict[MessageType, Run] = {
        MessageType.QUERY_ENVELOPE: decode_envelope,
        MessageType.REPLY: decode_reply,
        MessageType.RECEIPT: lambda framed: decode_receipt(framed, count=2),
        MessageType.DISCLOSURES: decode_disclosures,
        MessageType.VOUCHER_STATE_REQUEST: decode_voucher_state_request,
        MessageType.VOUCHER_STATE: decode_voucher_state,
        MessageType.REFUSAL: decode_refusal,
        MessageType.ANCHOR_PROOFS: decode_anchor_proofs,
        MessageType.RECALL: decode_recall,
    }
    for kind, decode in kinds.items():
        yield Target(name=kind.name.lower(), run=_framed(decode), seeds=_contents(kind))
    statements: dict[MessageType, Run] = {
        MessageType.QUERY_ENVELOPE: parse_request,
        MessageType.REPLY: parse_reply_head,
        MessageType.RECEIPT: parse_receipt_statement,
    }
    for kind, parse in statements.items():
        yield Target(name=f"statement_{kind.name.lower()}", run=parse, seeds=_statement(kind))
    yield Target(name="message_to_1", run=_open(1), seeds=_messages(1))
    yield Target(name="message_to_2", run=_open(2), seeds=_messages(2))
    yield Target(name="header", run=parse_header, seeds=_messages(1))
    yield Target(name="frame", run=unframe, seeds=(frame(b"content"),))
    yield Target(name="cbor", run=cbor.decode, seeds=_contents(*MessageType))
    record = chain_inputs.record()
    yield Target(name="record", run=decode_record, seeds=(record,))
    yield Target(name="record_frame", run=open_frame, seeds=(chain_inputs.record_frame(),))
    yield Target(name="endpoint", run=_endpoint, seeds=(b"https://risk.example.com:8443", b"https://[::1]:1"))
    yield Target(name="wire_versions", run=lambda data: read_versions(_text(data)), seeds=(b"1,2", b"1"))
    yield Target(name="program_version", run=_program_version, seeds=(encode_version(),))
    yield Target(name="problem", run=code_of_a_problem, seeds=(b'{"code":"unknown_batch","message":"m"}',))
    yield Target(name="ticket", run=parse_ticket, seeds=(bytes(81) + b"\x01" * 32 + b"\x11" + bytes(4),))
    yield Target(name="certificate", run=check_certificate, seeds=(create_certificate(bytes(32), "Bank"),))


def _endpoint(data: bytes) -> object:
    return parse_endpoint(_text(data), ReachPolicy())


def _program_version(data: bytes) -> object:
    return decode_version(data, asked_at=1)


def _text(data: bytes) -> str:
    """As HTTP gives headers: any byte is a character."""
    return data.decode("latin-1")


def _chain() -> Iterable[Target]:
    yield Target(name="rpc_block", run=chain_inputs.read_block, seeds=chain_inputs.BLOCKS)
    yield Target(name="rpc_receipt", run=chain_inputs.read_receipt, seeds=chain_inputs.RECEIPTS)
    yield Target(name="rpc_logs", run=chain_inputs.read_logs, seeds=chain_inputs.logs())
    yield Target(name="event_data", run=chain_inputs.read_event, seeds=chain_inputs.events())
    yield Target(name="deployment_record", run=parse_record, seeds=(chain_inputs.deployment(),))


def _files() -> Iterable[Target]:
    settings = render(
        {
            "member.name": "Bank A",
            "chain.rpc": ["http://127.0.0.1:8545"],
            "peer.endpoint": "https://risk.example.com",
        }
    )
    plain = "\n".join(line.removeprefix("# ") if " = " in line else line for line in settings.splitlines())
    yield Target(name="settings", run=_file(load_settings), seeds=(settings.encode(), plain.encode()))
    yield Target(name="parameters", run=_file(read_parameters), seeds=(b"[protocol]\nfinality_depth = 6\n",))
    yield Target(name="founders", run=_file(read_founders), seeds=(chain_inputs.founders(),))
    yield Target(name="validators", run=_file(read_validator_list), seeds=(chain_inputs.VALIDATORS,))
    yield Target(name="ballot", run=_file(read_ballot), seeds=(chain_inputs.BALLOT,))
    csv = b'type,value,category,reason\nphone,+4670,"telecom_fraud",disposable_contact\n'
    line = {"type": "phone", "value": "+447700900001", "category": "telecom_fraud", "reason": 1}
    yield Target(name="import_csv", run=_lines(ImportFormat.CSV), seeds=(csv,))
    yield Target(name="import_jsonl", run=_lines(ImportFormat.JSON_LINES), seeds=(json.dumps(line).encode(),))


def _api() -> Iterable[Target]:
    bodies: dict[str, Any] = {
        route.body.__name__: route.body
        for route in ROUTES
        if isinstance(route, JsonRoute) and route.body.__struct_fields__
    }
    subject = b'{"subjects":[{"type":"phone","value":"+4670"}],"purpose":1,"deadline_s":60}'
    for name, shape in bodies.items():
        yield Target(
            name=f"api_{name.lower()}",
            run=lambda data, shape=shape: decode_api_body(data, shape),
            seeds=(subject, chain_inputs.BALLOT),
            first_is_read=False,
        )


TARGETS = {target.name: target for target in (*_peer(), *_chain(), *_files(), *_api())}
