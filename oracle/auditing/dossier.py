"""A dossier: all that anybody needs to recompute one batch against the chain, and nothing else."""

from dataclasses import dataclass, field

from oracle.domain.anchors import ProvenPlace
from oracle.domain.asked import HolderAnswer, ReceivedReply, ReplyState
from oracle.domain.ids import Address, MemberId
from oracle.domain.reference import ReferenceBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedElement:
    """What only the requester knew of one element."""

    subject: bytes = field(repr=False)
    """`subject_bytes`."""
    blind: bytes = field(repr=False)
    """The scalar r, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReceipt:
    """The receipt as it was signed for a holder."""

    statement: bytes = field(repr=False)
    frame: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderPart:
    """What one holder has to do with the batch, as far as the requester kept it."""

    holder: MemberId
    state: ReplyState
    """`RECEIVED` where a reply was kept, whatever the requester made of it."""
    reason: int
    """Why there is no reply, by the published list; 0 where there is one."""
    reply: ReceivedReply | None
    receipt: KeptReceipt | None
    answer: HolderAnswer | None
    """The holder's answer to the receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorPlace:
    """Where an express batch stands in an anchor."""

    root: bytes
    batches: int
    elements: int
    place: ProvenPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """As the requester gives it out; nothing in it counts before it is recomputed."""

    chain_id: int
    registry: Address
    request: bytes = field(repr=False)
    """The signed request in its fixed-width encoding."""
    elements: bytes = field(repr=False)
    """37 bytes each."""
    opened: tuple[OpenedElement, ...] = field(repr=False)
    """In the order of the elements."""
    case_salt: bytes = field(repr=False)
    case_reference: str = field(repr=False)
    reference: ReferenceBlock | None
    """Of an express request."""
    anchor: AnchorPlace | None
    """None of a committed batch, and of an express one that is in no anchor yet."""
    holders: tuple[HolderPart, ...]
    """In ascending number."""
