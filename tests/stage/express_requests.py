"""Express requests as a founder of a real chain signs them, for what the contracts make of them."""

from typing import Protocol

from oracle.chain.contracts.query_ledger import SignedRequest
from oracle.chain.deployment import DeploymentRecord
from oracle.chain.digest_signing import AccountSigner
from oracle.crypto.signing import sign
from oracle.crypto.typed_data import digest, member_domain
from oracle.domain.application import Application
from oracle.domain.ids import BatchId, BlockNumber, KeyVersion, MemberId
from oracle.domain.messages import Mode, Request


class Founder(Protocol):
    application: Application
    governance: AccountSigner
    operator: AccountSigner
    operator_key: bytes


def signed_express(
    record: DeploymentRecord, requester: Founder, *, nonce: int, at: int, count: int = 3
) -> tuple[BatchId, SignedRequest]:
    """By member 1, the first of the founders."""
    request = Request(
        mode=Mode.EXPRESS,
        requester=MemberId(1),
        nonce=nonce,
        elements_hash=bytes(32),
        count=count,
        purpose=1,
        case_commitment=bytes(32),
        issued_at=at,
        deadline=at + 60,
        reference_block=BlockNumber(1),
        reference_block_hash=bytes(32),
    )
    said = digest(member_domain(record.chain_id, record.address_of("MemberRegistry")), request)
    signature = sign(requester.operator_key, said)
    return BatchId(said), SignedRequest(request=request, key_version=KeyVersion(1), signature=signature)
