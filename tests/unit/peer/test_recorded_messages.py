"""Messages recorded under version 1 still open, and what we encode today is still byte for byte the same."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer, recover
from oracle.crypto.typed_data import digest, member_domain
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.domain.messages import MessageType, Mode
from oracle.peer.frames import unframe
from oracle.peer.sealed import open_message
from oracle.peer.statements import encode_request, parse_request

RECORDED = Path(__file__).resolve().parents[2] / "vectors" / "wire"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text())


@dataclass(frozen=True)
class RecordedKeys:
    """The keys of `members.json`, as registry and as the one that opens."""

    operators: dict[int, Signer]
    sealing: dict[int, SealingKey]
    member: MemberId

    def operator_counts(self, member: MemberId, version: KeyVersion) -> bool:
        return self.operator_address(member, version) is not None

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        return self.operators[member].address if version == 1 else None

    def has_sealing_key(self, version: KeyVersion) -> bool:
        return version == 1

    def open_sealed(self, version: KeyVersion, ciphertext: bytes, info: bytes) -> bytes:
        assert self.has_sealing_key(version)
        return self.sealing[self.member].open(ciphertext, info)


@dataclass(frozen=True)
class Keyless:
    """A registry's view of the same."""

    keys: RecordedKeys

    def operator_counts(self, member: MemberId, version: KeyVersion) -> bool:
        return self.operator_address(member, version) is not None

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        return self.keys.operator_address(member, version)

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None:
        return self.keys.sealing[member].public if version == 1 else None


def keys_of(member: int) -> RecordedKeys:
    rows = recorded("members.json")["members"]
    return RecordedKeys(
        operators={row["member"]: Signer(bytes.fromhex(row["operatorKey"])) for row in rows},
        sealing={row["member"]: SealingKey(bytes.fromhex(row["sealingKey"])) for row in rows},
        member=MemberId(member),
    )


@pytest.mark.parametrize("kind", MessageType)
def test_recorded_message__of_version_1__still_opens(kind: MessageType) -> None:
    record, members = recorded(f"v1_{kind.name.lower()}.json"), recorded("members.json")
    keys = keys_of(record["recipient"])
    domain = member_domain(members["chainId"], Address(members["registry"]))

    message = open_message(base64.b64decode(record["message"]), keys, Keyless(keys=keys), domain)

    assert message.header.type == record["messageType"] == kind
    assert message.sender == record["sender"]
    assert message.header.batch_id.hex() == record["batchId"]
    assert message.statement.hex() == record["statement"]
    assert unframe(message.frame).hex() == record["content"]
    assert len(message.frame) == record["frameSize"]


@pytest.mark.parametrize("kind", MessageType)
def test_recorded_message__encoded_today__is_the_same_bytes(world: Any, kind: MessageType) -> None:
    record, part = recorded(f"v1_{kind.name.lower()}.json"), world.parts[kind]

    assert part.statement.hex() == record["statement"]
    assert unframe(part.frame).hex() == record["content"]
    assert len(part.frame) == record["frameSize"]
    assert part.route.batch_id.hex() == record["batchId"]


def test_recorded_request__of_an_express_batch__is_read_signed_and_written_as_it_was() -> None:
    record, members = recorded("v1_express_request.json"), recorded("members.json")
    domain = member_domain(members["chainId"], Address(members["registry"]))

    signed = parse_request(bytes.fromhex(record["statement"]))

    request = signed.value
    assert (request.mode, request.requester, request.count, request.purpose) == (Mode.EXPRESS, 1, 2, 1)
    assert (hex(request.nonce), request.elements_hash.hex()) == (record["nonce"], record["elementsHash"])
    assert request.case_commitment.hex() == record["caseCommitment"]
    assert (request.issued_at, request.deadline) == (record["issuedAt"], record["deadline"])
    assert request.reference_block == record["referenceBlock"]
    assert request.reference_block_hash.hex() == record["referenceBlockHash"]
    assert digest(domain, request).hex() == record["batchId"]
    assert recover(digest(domain, request), signed.signature) == keys_of(2).operators[1].address
    assert encode_request(signed).hex() == record["statement"]
