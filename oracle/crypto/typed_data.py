"""EIP-712: the digest of every statement that members sign, identical to what the contracts compute.

`Header.type` is called `messageType` in its type string; enums travel as the integers of their fields.
"""

from dataclasses import dataclass

from oracle.crypto.keccak import keccak256
from oracle.crypto.struct_words import Statement, address, uint, words
from oracle.domain.ids import Address

__all__ = [
    "TYPE_HASHES",
    "TYPE_STRINGS",
    "Domain",
    "Statement",
    "digest",
    "member_domain",
    "struct_hash",
    "voucher_domain",
]

TYPE_STRINGS: dict[str, str] = {
    "Header": "Header(uint8 version,uint8 messageType,bytes32 batchId,uint64 sender,uint64 recipient,"
    "uint32 senderKeyVersion,uint32 recipientKeyVersion,bytes32 bodyDigest)",
    "Request": "Request(uint8 mode,uint64 requester,uint128 nonce,bytes32 elementsHash,uint32 count,"
    "uint16 purpose,bytes32 caseCommitment,uint64 issuedAt,uint64 deadline,uint64 referenceBlock,"
    "bytes32 referenceBlockHash)",
    "ReplyHead": "ReplyHead(bytes32 batchId,uint64 holder,uint64 snapshotBlock,bytes32 snapshotBlockHash,"
    "uint64 sequence,bytes32 root,uint8 bits,uint32 oprfKeyVersion,uint64 answeredAt,bytes32 bodyDigest)",
    "Receipt": "Receipt(bytes32 batchId,uint64 holder,uint8 outcome,uint16 reason,bytes32 bodyDigest)",
    "Claim": "Claim(bytes32 batchId,uint64 holder,uint32 index,bytes subject,bytes32 blind)",
    "Disclosure": "Disclosure(bytes32 batchId,uint32 index,uint8 category,bytes32 recordDigest)",
    "Voucher": "Voucher(uint64 requester,uint64 holder,uint64 queries,uint64 hits,uint256 amount,"
    "uint32 priceVersion,uint32 keyVersion)",
    "Publication": "Publication(uint64 holder,uint64 sequence,bytes32 root,uint8 bits,uint32 oprfKeyVersion)",
    "OperatorRotation": "OperatorRotation(uint64 memberId,uint32 version,address operator,uint64 graceS)",
    "Departure": "Departure(uint64 memberId)",
}

TYPE_HASHES: dict[str, bytes] = {name: keccak256(text.encode()) for name, text in TYPE_STRINGS.items()}

_DOMAIN_TYPE_HASH = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Where a signature counts; `separator` is its EIP-712 hash."""

    name: str
    version: str
    chain_id: int
    verifying_contract: Address
    separator: bytes


def member_domain(chain_id: int, registry: Address) -> Domain:
    """The domain of all messages between members."""
    return _domain("Riskmesh", chain_id, registry)


def voucher_domain(chain_id: int, ledger: Address) -> Domain:
    """The domain of vouchers, which the `CreditLedger` redeems."""
    return _domain("Riskmesh Credits", chain_id, ledger)


def digest(domain: Domain, statement: Statement) -> bytes:
    """What is signed: `keccak256(0x1901 || domain separator || struct hash)`."""
    return keccak256(b"\x19\x01" + domain.separator + struct_hash(statement))


def struct_hash(statement: Statement) -> bytes:
    """`hashStruct` of EIP-712; raises `FieldOutOfRange` or `WrongLength` on a value its type cannot hold."""
    return keccak256(TYPE_HASHES[type(statement).__name__] + b"".join(words(statement)))


def _domain(name: str, chain_id: int, contract: Address) -> Domain:
    separator = keccak256(
        _DOMAIN_TYPE_HASH
        + keccak256(name.encode())
        + keccak256(_VERSION.encode())
        + uint(256, chain_id)
        + address(contract)
    )
    return Domain(
        name=name, version=_VERSION, chain_id=chain_id, verifying_contract=contract, separator=separator
    )
