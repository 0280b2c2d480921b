"""The recorded messages, and their recipients with the recorded keys."""

import json
from pathlib import Path

from oracle.crypto.sealing import SealingKey
from oracle.crypto.signing import Signer
from oracle.crypto.typed_data import member_domain
from oracle.domain.ids import Address, KeyVersion, MemberId
from oracle.domain.messages import MessageType

RECORDED = Path(__file__).resolve().parents[1] / "vectors" / "wire"
MEMBERS = json.loads((RECORDED / "members.json").read_text())
RECORDS = {kind: json.loads((RECORDED / f"v1_{kind.name.lower()}.json").read_text()) for kind in MessageType}
DOMAIN = member_domain(MEMBERS["chainId"], Address(MEMBERS["registry"]))


class Reader:
    """The recipient, and the registry that it looks into."""

    def __init__(self, member: int) -> None:
        self.member = MemberId(member)
        rows = {row["member"]: row for row in MEMBERS["members"]}
        self._key = SealingKey(bytes.fromhex(rows[member]["sealingKey"]))
        self._addresses = {
            number: Signer(bytes.fromhex(row["operatorKey"])).address for number, row in rows.items()
        }

    def has_sealing_key(self, version: KeyVersion) -> bool:
        return version == 1

    def open_sealed(self, version: KeyVersion, ciphertext: bytes, info: bytes) -> bytes:
        assert self.has_sealing_key(version)
        return self._key.open(ciphertext, info)

    def operator_address(self, member: MemberId, version: KeyVersion) -> Address | None:
        return self._addresses.get(member) if version == 1 else None

    def operator_counts(self, member: MemberId, version: KeyVersion) -> bool:
        return self.operator_address(member, version) is not None

    def sealing_key(self, member: MemberId, version: KeyVersion) -> bytes | None:
        raise AssertionError(f"opening needs nobody's public key, not even {member}'s of {version}")
