"""The statement of a member that its openings of a batch are gone: an answer, and not a good one."""

from dataclasses import dataclass
from typing import Final

from oracle.auditing.case_files import CaseFileDamaged, case_content, case_file
from oracle.chain.quantities import checksummed
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.peer.bodies.fields import HASH_SIZE, U64, read_bytes, read_map, read_uint
from oracle.peer.errors import WireRefused

FIRST_LINE: Final = b"riskmesh loss 1\n"
_CHAIN, _REGISTRY, _CASE, _BATCH, _MEMBER, _AT = 1, 2, 3, 4, 5, 6
_ADDRESS_SIZE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Authentic by the transaction that puts its digest on the chain."""

    chain_id: int
    registry: Address
    case_id: bytes
    batch_id: BatchId
    member: MemberId
    noticed_at: int
    """Unix seconds."""


def encode_loss(loss: Loss) -> bytes:
    """The whole file, its digest at the end as in a dossier."""
    return case_file(
        FIRST_LINE,
        {
            _CHAIN: loss.chain_id,
            _REGISTRY: bytes.fromhex(loss.registry[2:]),
            _CASE: loss.case_id,
            _BATCH: loss.batch_id,
            _MEMBER: loss.member,
            _AT: loss.noticed_at,
        },
    )


def decode_loss(file: bytes) -> Loss | None:
    """None for whatever is no whole statement of a loss."""
    try:
        chain, registry, case, batch, member, at = read_map(
            case_content(file, FIRST_LINE), _CHAIN, _REGISTRY, _CASE, _BATCH, _MEMBER, _AT
        )
        return Loss(
            chain_id=read_uint(chain, "the chain", bits=U64),
            registry=checksummed(read_bytes(registry, "the registry", exactly=_ADDRESS_SIZE)),
            case_id=read_bytes(case, "the case", exactly=HASH_SIZE),
            batch_id=BatchId(read_bytes(batch, "the batch", exactly=HASH_SIZE)),
            member=MemberId(read_uint(member, "the member", bits=U64, least=1)),
            noticed_at=read_uint(at, "the time", bits=U64),
        )
    except (CaseFileDamaged, WireRefused):
        return None
