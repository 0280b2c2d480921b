"""AuditLedger: auditors, draws and cases."""

from dataclasses import dataclass

from eth_abi.abi import encode

from oracle.chain.calls import BlockPin, Contract, account, boolean, integer, octets, struct
from oracle.chain.connection import ChainConnection
from oracle.chain.contracts.query_ledger import SignedRequest
from oracle.chain.transactions import Order
from oracle.crypto.keccak import keccak256
from oracle.domain.audits import AnchorLeaf, CaseKind, CaseState
from oracle.domain.ids import Address, MemberId
from oracle.domain.messages import ReplyHead


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditorPapers:
    """The key that openings are sealed with, the certificate to call with, the hash of the auditor's name."""

    sealing_suite: int
    sealing_key: bytes
    certificate: bytes
    """DER."""
    name_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A reply head with its holder's signature under the operator key of a version."""

    head: ReplyHead
    key_version: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case as the contract has it at a block. Times are in unix seconds."""

    kind: CaseKind
    state: CaseState
    opener: int
    """0 when an auditor opened it, or anyone with a proof."""
    accused: int
    answer_by: int
    decide_by: int
    appeal_by: int
    """0 while it came to nothing."""
    answer: bytes
    overturned: bool
    found: int
    """Faults that it stands for; 0 unless it is, or was, upheld."""
    most: int


def dispute_case(requester: MemberId, holder: MemberId, claim: bytes) -> bytes:
    """The identifier of the case that a requester's dispute over this claim is."""
    types = ("uint8", "uint64", "uint64", "bytes32")
    return keccak256(encode(types, (CaseKind.DISPUTE, requester, holder, claim)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The draw of an epoch as the contract has it at a block; zeros where it is not closed or not drawn."""

    closing_hash: bytes
    value: bytes
    reveal_by: int
    committed: int
    revealed: int
    sample_ppm: int


@dataclass(frozen=True, slots=True)
class AuditLedger:
    contract: Contract

    def appoint(self, auditor: Address, papers: AuditorPapers) -> Order:
        """For the governor."""
        values = (papers.sealing_suite, papers.sealing_key, papers.certificate, papers.name_hash)
        return self.contract.order("appoint", auditor, values)

    def dismiss(self, auditor: Address) -> Order:
        """For the governor."""
        return self.contract.order("dismiss", auditor)

    def rotate_auditor_keys(self, suite: int, key: bytes, certificate: bytes) -> Order:
        return self.contract.order("rotateAuditorKeys", suite, key, certificate)

    def overturn(self, case: bytes, found: int) -> Order:
        """For the governor; `found` as in a verdict."""
        return self.contract.order("overturn", case, found)

    def commit_seed(self, epoch: int, commitment: bytes) -> Order:
        return self.contract.order("commitSeed", epoch, commitment)

    def close_epoch(self, epoch: int) -> Order:
        return self.contract.order("closeEpoch", epoch)

    def reveal_seed(self, epoch: int, seed: bytes) -> Order:
        return self.contract.order("revealSeed", epoch, seed)

    def draw(self, epoch: int) -> Order:
        return self.contract.order("draw", epoch)

    def strike_off(self, epoch: int, auditor: Address) -> Order:
        return self.contract.order("strikeOff", epoch, auditor)

    def open_drawn(self, epoch: int, requester: MemberId, batch: bytes) -> Order:
        return self.contract.order("openDrawn", epoch, requester, batch)

    def open_leaf(self, epoch: int, requester: MemberId, leaf: AnchorLeaf) -> Order:
        return self.contract.order("openLeaf", epoch, requester, leaf.root, leaf.index)

    def open_for_cause(self, accused: MemberId, evidence: bytes) -> Order:
        return self.contract.order("openForCause", accused, evidence)

    def open_dispute(self, holder: MemberId, *, claim: bytes, reply: bytes, amount: int) -> Order:
        """`claim` and `reply` are the digests of what was signed."""
        return self.contract.order("openDispute", holder, claim, reply, amount)

    def prove_two_heads(self, first: SignedHead, second: SignedHead) -> Order:
        return self.contract.order("proveTwoHeads", _head_values(first), _head_values(second))

    def prove_against_publication(self, signed: SignedHead) -> Order:
        return self.contract.order("proveAgainstPublication", _head_values(signed))

    def prove_nonce_reuse(self, one: SignedRequest, other: SignedRequest) -> Order:
        return self.contract.order("proveNonceReuse", one.values, other.values)

    def answer(self, case: bytes, digest: bytes) -> Order:
        return self.contract.order("answer", case, digest)

    def cast_verdict(self, case: bytes, *, found: int, reason: bytes) -> Order:
        """`found`: hits read and not claimed, 1 for any other fault; 0 dismisses."""
        return self.contract.order("castVerdict", case, found, reason)

    def settle(self, case: bytes) -> Order:
        return self.contract.order("settle", case)

    def demand_suspension(self, member: MemberId, reason: bytes) -> Order:
        return self.contract.order("demandSuspension", member, reason)

    async def auditors(self, connection: ChainConnection, *, block: BlockPin) -> frozenset[Address]:
        values = struct(await self.contract.read(connection, block, "auditors"))
        return frozenset(account(values, index) for index in range(len(values)))

    async def case_of(self, connection: ChainConnection, case: bytes, *, block: BlockPin) -> CaseFile:
        values = struct(await self.contract.read(connection, block, "caseOf", case))
        return CaseFile(
            kind=CaseKind(integer(values, 0)),
            state=CaseState(integer(values, 1)),
            opener=integer(values, 2),
            accused=integer(values, 3),
            answer_by=integer(values, 4),
            decide_by=integer(values, 5),
            appeal_by=integer(values, 6),
            answer=octets(values, 7),
            overturned=boolean(values, 8),
            found=integer(values, 9),
            most=integer(values, 10),
        )

    async def draw_of(self, connection: ChainConnection, epoch: int, *, block: BlockPin) -> Draw:
        values = struct(await self.contract.read(connection, block, "drawOf", epoch))
        return Draw(
            closing_hash=octets(values, 0),
            value=octets(values, 2),
            reveal_by=integer(values, 3),
            committed=integer(values, 4),
            revealed=integer(values, 5),
            sample_ppm=integer(values, 6),
        )


def _head_values(signed: SignedHead) -> tuple[object, ...]:
    head = signed.head
    fields = (
        head.batch_id,
        head.holder,
        head.snapshot_block,
        head.snapshot_block_hash,
        head.sequence,
        head.root,
        head.bits,
        head.oprf_key_version,
        head.answered_at,
        head.body_digest,
    )
    return fields, signed.key_version, signed.signature
