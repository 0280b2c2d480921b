"""A chain that is only the facts of it: what each process of a benchmark folds into a view of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from oracle.chain import facts
from oracle.chain.deploy.parameters import PROTOCOL
from oracle.chain.facts import Fact, Position
from oracle.chain.journal import BlockMark
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.domain.ids import Address, BlockNumber, Credits, KeyVersion, MemberId
from oracle.domain.ids import Sequence as Number
from oracle.subjects import code_lists_hash, rules_hash

PLENTY: Final = 2**40
"""Credits, and evaluations an epoch: what is measured is not the budget."""
FIRST: Final = KeyVersion(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the chain says of a member and its one publication; it travels between processes."""

    member: MemberId
    governance: Address
    operator: Address
    certificate: bytes
    sealing: bytes
    oprf: bytes
    possession: bytes
    endpoint: str
    sequence: Number
    """0: it has published nothing, so nobody asks it."""
    root: bytes
    bits: int


class FactsOnly:
    """The same facts in the same blocks in every process that is given the same registrations."""

    def __init__(
        self, registered: Sequence[Registration], *, began: int, governed: Mapping[str, int]
    ) -> None:
        """`governed`: parameters that are not at their default."""
        self._began = began
        self._number = 0
        self.view = AllianceView()
        self._declare(governed)
        for one in registered:
            self._block(*_joins(one))
        for one in registered:
            if one.sequence:
                self._block(_publishes(one))
        self._block()

    def _declare(self, governed: Mapping[str, int]) -> None:
        values = {name: bounds.default for name, bounds in PROTOCOL.items()} | {
            **governed,
            "subject_rules_hash": int.from_bytes(rules_hash()),
            "code_lists_hash": int.from_bytes(code_lists_hash()),
            "epoch_start": self._began,
            "entitlement_floor": PLENTY,
        }
        fees = values.pop("query_fee"), values.pop("hit_fee")
        self._block(
            *(
                lambda at, name=name, value=value: facts.ParameterDeclared(
                    at=at, key=keccak256(name.encode()), name=name, min=0, max=2**256 - 1, value=value
                )
                for name, value in values.items()
            ),
            lambda at: facts.PricesSet(
                at=at, version=1, query_fee=Credits(fees[0]), hit_fee=Credits(fees[1]), from_epoch=0
            ),
        )

    def _block(self, *made: Callable[[Position], Fact]) -> None:
        self._number += 1
        mark = self._mark(self._number)
        self.view.fold(
            tuple(
                make(
                    Position(
                        block_number=mark.number,
                        log_index=index,
                        block_hash=mark.hash,
                        block_timestamp=mark.timestamp,
                        tx_hash=mark.hash,
                    )
                )
                for index, make in enumerate(made)
            )
        )
        self.view.head = mark

    def _mark(self, number: int) -> BlockMark:
        return BlockMark(
            number=BlockNumber(number), hash=keccak256(b"block %d" % number), timestamp=self._began + number
        )

    async def marks(self, up_to: BlockNumber, limit: int) -> list[BlockMark]:
        """As a journal of blocks has them."""
        return [self._mark(number) for number in range(up_to, max(0, up_to - limit), -1)]


def _joins(one: Registration) -> Sequence[Callable[[Position], Fact]]:
    me = one.member
    return (
        lambda at: facts.MemberAdmitted(
            at=at, member_id=me, governance=one.governance, operator=one.operator, activates_at=0
        ),
        lambda at: facts.OperatorRotated(at=at, member_id=me, version=FIRST, operator=one.operator),
        lambda at: facts.SealingKeyRotated(at=at, member_id=me, version=FIRST, suite=1, key=one.sealing),
        lambda at: facts.OprfKeyRotated(
            at=at, member_id=me, version=FIRST, key=one.oprf, possession=one.possession
        ),
        lambda at: facts.EndpointSet(
            at=at,
            member_id=me,
            endpoint=one.endpoint,
            tls_fingerprint=keccak256(one.certificate),
            certificate=one.certificate,
        ),
        lambda at: facts.ProfileSet(at=at, member_id=me, profile_hash=keccak256(one.certificate)),
        lambda at: facts.MemberActivated(at=at, member_id=me),
        lambda at: facts.Granted(at=at, member_id=me, amount=Credits(PLENTY)),
    )


def _publishes(one: Registration) -> Callable[[Position], Fact]:
    return lambda at: facts.Published(
        at=at,
        member_id=one.member,
        sequence=one.sequence,
        root=one.root,
        bits=one.bits,
        oprf_key_version=FIRST,
        changed=1,
    )
