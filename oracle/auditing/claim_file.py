"""What the requester of a dispute shows: its claim, the batch that it is of, and the holder's signed reply.

Of the batch it opens the disputed element alone: auditors see no other subject.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from oracle.auditing.case_files import CaseFileDamaged, case_content, case_file
from oracle.auditing.dossier import HolderPart
from oracle.auditing.part_rows import holder_row, read_holder
from oracle.chain.quantities import checksummed
from oracle.domain.asked import ReplyState
from oracle.domain.ids import Address
from oracle.domain.messages import Request
from oracle.domain.query import ELEMENT_SIZE, MAX_BATCH
from oracle.domain.settlement import ReceiptClaim
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.bodies.fields import HASH_SIZE, U64, read_bytes, read_map, read_uint
from oracle.peer.bodies.receipt import claim_row, read_claim
from oracle.peer.errors import WireRefused
from oracle.peer.statements import REQUEST_SIZE, parse_request

FIRST_LINE: Final = b"riskmesh claim 1\n"
_CHAIN, _REGISTRY, _CASE, _REQUEST, _ELEMENTS, _CLAIM, _HOLDER = 1, 2, 3, 4, 5, 6, 7
_ADDRESS_SIZE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFile:
    """Nothing in it counts before it is checked; the chain has the digests of claim and reply."""

    chain_id: int
    registry: Address
    case_id: bytes
    request: bytes = field(repr=False)
    """The signed request in its fixed-width encoding."""
    elements: bytes = field(repr=False)
    claim: ReceiptClaim
    part: HolderPart
    """The holder's reply, and its signed answer where that refuses the claim; no receipt."""

    def asked(self) -> Request:
        return parse_request(self.request).value

    def without_reply(self) -> "ClaimFile":
        """As the holder needs it, which has what it replied."""
        bare = replace(self.part, state=ReplyState.WAITING, reason=0, reply=None, answer=None)
        return replace(self, part=bare)


def encode_claim_file(file: ClaimFile) -> bytes:
    return case_file(
        FIRST_LINE,
        {
            _CHAIN: file.chain_id,
            _REGISTRY: bytes.fromhex(file.registry[2:]),
            _CASE: file.case_id,
            _REQUEST: file.request,
            _ELEMENTS: file.elements,
            _CLAIM: claim_row(file.claim),
            _HOLDER: holder_row(file.part),
        },
    )


def decode_claim_file(content: bytes) -> ClaimFile:
    """Raises `CaseFileDamaged`."""
    value = case_content(content, FIRST_LINE)
    try:
        chain, registry, case, request, elements, claim, holder = read_map(
            value, _CHAIN, _REGISTRY, _CASE, _REQUEST, _ELEMENTS, _CLAIM, _HOLDER
        )
        packed = read_bytes(elements, "the elements", most=ELEMENT_SIZE * MAX_BATCH)
        file = ClaimFile(
            chain_id=read_uint(chain, "the chain", bits=U64),
            registry=checksummed(read_bytes(registry, "the registry", exactly=_ADDRESS_SIZE)),
            case_id=read_bytes(case, "the case", exactly=HASH_SIZE),
            request=read_bytes(request, "the request", exactly=REQUEST_SIZE),
            elements=packed,
            claim=read_claim(claim, count=len(unpack_elements(packed))),
            part=read_holder(holder),
        )
        file.asked()
    except WireRefused as error:
        raise CaseFileDamaged(f"The file is not in the form of its version: {error}") from error
    return file
