"""Whether the signed statement inside a message says the same as its header: batch, parties, body."""

from typing import assert_never

from oracle.crypto.signing import recover
from oracle.crypto.typed_data import Domain, digest
from oracle.domain.ids import Address
from oracle.domain.messages import Header, MessageType
from oracle.peer.errors import StatementNotBound, WireBroken
from oracle.peer.statements import parse_receipt_statement, parse_reply_head, parse_request


def require_bound(header: Header, statement: bytes, domain: Domain) -> None:
    """Refuses a statement of another batch, member or body than the header under which it came."""
    match header.type:
        case MessageType.QUERY_ENVELOPE:
            request = parse_request(statement).value
            _require(digest(domain, request) == header.batch_id, "the request makes another batch")
            _require(request.requester == header.sender, "the request is another member's")
        case MessageType.REPLY:
            head = parse_reply_head(statement).value
            _require(head.batch_id == header.batch_id, "the reply is to another batch")
            _require(head.holder == header.sender, "the reply is another member's")
            _require(head.body_digest == header.body_digest, "the reply's head names another body")
        case MessageType.RECEIPT:
            receipt = parse_receipt_statement(statement).value
            _require(receipt.batch_id == header.batch_id, "the receipt is for another batch")
            _require(receipt.holder == header.recipient, "the receipt is for another member's reply")
            _require(receipt.body_digest == header.body_digest, "the receipt names another body")
        case (
            MessageType.DISCLOSURES
            | MessageType.VOUCHER_STATE_REQUEST
            | MessageType.VOUCHER_STATE
            | MessageType.REFUSAL
            | MessageType.ANCHOR_PROOFS
            | MessageType.RECALL
        ):
            _require(not statement, "a message of this type has no statement")
        case _:
            assert_never(header.type)


def signer_of(kind: MessageType, statement: bytes, domain: Domain) -> Address:
    """The account that signed a statement of ours."""
    match kind:
        case MessageType.QUERY_ENVELOPE:
            request = parse_request(statement)
            return recover(digest(domain, request.value), request.signature)
        case MessageType.REPLY:
            head = parse_reply_head(statement)
            return recover(digest(domain, head.value), head.signature)
        case MessageType.RECEIPT:
            receipt = parse_receipt_statement(statement)
            return recover(digest(domain, receipt.value), receipt.signature)
        case (
            MessageType.DISCLOSURES
            | MessageType.VOUCHER_STATE_REQUEST
            | MessageType.VOUCHER_STATE
            | MessageType.REFUSAL
            | MessageType.ANCHOR_PROOFS
            | MessageType.RECALL
        ):
            raise WireBroken("a message of this type has no statement")
        case _:
            assert_never(kind)


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion that stays in
    if not holds:
        raise StatementNotBound(otherwise)
