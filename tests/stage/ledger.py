"""A chain that is nothing but its list of facts: what the rooms order happens at once, or is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode
from stage.anchoring import EFFECTS as ANCHORING
from stage.anchoring import Made
from stage.disputing import EFFECTS as DISPUTING

from oracle.chain import facts
from oracle.chain.answers import Block
from oracle.chain.artifacts import Entry, load_artifact
from oracle.chain.contracts.bindings import Bindings
from oracle.chain.deploy.parameters import PROTOCOL
from oracle.chain.errors import TransactionReverted
from oracle.chain.facts import Fact, Position
from oracle.chain.transactions import Order, Transaction, TransactionStatus
from oracle.chain.view import AllianceView
from oracle.crypto.keccak import keccak256
from oracle.crypto.typed_data import Domain, digest
from oracle.domain.ids import Address, BatchId, BlockNumber, Credits, MemberId
from oracle.domain.messages import Request
from oracle.rules.credits import allowance_of
from oracle.rules.pricing import hit_price
from oracle.rules.quality import counted_changes

START = 1_800_000_000
BLOCK_S = 1
CONTRACTS = {
    "registry": "MemberRegistry",
    "datasets": "DatasetRegistry",
    "queries": "QueryLedger",
    "credits": "CreditLedger",
    "quality": "QualityLedger",
    "governor": "ConsortiumGovernor",
    "audits": "AuditLedger",
}


@dataclass(slots=True, repr=False)
class FactChain:
    """One view for everybody: nobody lags unless a test moves the blocks itself."""

    view: AllianceView = field(default_factory=AllianceView)
    number: int = 0
    history: list[Fact] = field(default_factory=list)
    messages: Domain | None = None
    """Of requests, as the ledger recomputes their identifiers."""

    def declare(self, **changed: int) -> None:
        """The parameters and prices of a deployment, `changed` among them."""
        values = {name: bounds.default for name, bounds in PROTOCOL.items()}
        values |= {"epoch_start": START, "epoch_length_s": 1_000} | changed
        fees = values["query_fee"], values["hit_fee"]
        self.happen(
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

    def happen(self, *made: Callable[[Position], Fact]) -> tuple[Fact, ...]:
        """One block with these facts."""
        self.number += 1
        block_hash = keccak256(b"block %d" % self.number)
        timestamp = START + self.number * BLOCK_S
        positions = (
            Position(
                block_number=BlockNumber(self.number),
                log_index=index,
                block_hash=block_hash,
                block_timestamp=timestamp,
                tx_hash=keccak256(b"transaction %d" % self.number),
            )
            for index in range(len(made))
        )
        happened = tuple(make(at) for make, at in zip(made, positions, strict=True))
        self.view.fold(happened)
        self.history.extend(happened)
        self.view.head = Block(
            number=BlockNumber(self.number),
            hash=block_hash,
            parent_hash=keccak256(b"block %d" % (self.number - 1)),
            timestamp=timestamp,
            fee_floor_wei=0,
        )
        return happened

    def pass_time(self, seconds: int) -> None:
        """Blocks without facts."""
        self.number += seconds // BLOCK_S - 1
        self.happen()

    def batch_id(self, request: Request) -> BatchId:
        assert self.messages is not None
        return BatchId(digest(self.messages, request))

    def forget(self, fact: Fact) -> None:
        """As after a reorganisation: everything as it was, without this one fact."""
        fresh, head = AllianceView(), self.view.head
        self.history.remove(fact)
        fresh.fold(self.history)
        fresh.head = head
        self.view.become(fresh)


@dataclass(slots=True)
class FactLane:
    """One member's lane: each intent once. `refused` makes the contracts say no to a function."""

    me: MemberId
    chain: FactChain
    contracts: Bindings
    done: dict[str, Transaction] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Function to the name of the custom error."""
    refused_batches: dict[bytes, str] = field(default_factory=dict)
    on_its_way: list[Transaction] = field(default_factory=list)
    """What an earlier run has left."""
    orders: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    """Function and arguments of what was carried out, in order."""

    @property
    def account(self) -> Address:
        return self.chain.view.member(self.me).operator.value

    async def execute(self, intent: str, order: Order) -> Transaction:
        if intent in self.done:
            return self.done[intent]
        function, arguments = self.read(order)
        if function in self.refused:
            raise TransactionReverted(error=self.refused[function], intent=intent)
        for batch, error in self.refused_batches.items():
            if function == "commit" and batch in [entry[0] for entry in arguments[0]]:
                raise TransactionReverted(error=error, intent=intent)
        self.orders.append((function, arguments))
        effect = EFFECTS.get(function)
        self.chain.happen(*(() if effect is None else effect(self, *arguments)))
        row = Transaction(
            intent=intent,
            sender=self.account,
            to=order.to,
            data=order.data,
            status=TransactionStatus.MINED,
            block_number=BlockNumber(self.chain.number),
            block_hash=keccak256(b"block %d" % self.chain.number),
            tx_hash=keccak256(intent.encode()),
        )
        self.done[intent] = row
        return row

    async def unfinished(self, prefix: str) -> list[Transaction]:
        return [row for row in self.on_its_way if row.intent.startswith(prefix)]

    def refuse_batch(self, batch: bytes, error: str) -> None:
        """Makes the ledger say no to every transaction that has this batch in it."""
        self.refused_batches[batch] = error

    def read(self, order: Order) -> tuple[str, tuple[Any, ...]]:
        name = next(
            artifact
            for binding, artifact in CONTRACTS.items()
            if getattr(self.contracts, binding).contract.address == order.to
        )
        entry: Entry = next(
            entry for entry in load_artifact(name).entries("function") if entry.selector == order.data[:4]
        )
        return entry.name, decode([one.canonical for one in entry.inputs], order.data[4:])


Effect = Callable[..., list[Callable[[Position], Fact]]]


def _commit(lane: FactLane, commitments: Any) -> list[Callable[[Position], Fact]]:
    return [
        lambda at, entry=entry: facts.Committed(
            at=at, batch_id=entry[0], requester=lane.me, count=entry[1], deadline=entry[2]
        )
        for entry in commitments
    ]


def _publish(lane: FactLane, *published: Any) -> Any:
    sequence, root, bits, version, changed = published
    epoch = lane.chain.view.epoch_of(START + lane.chain.number)
    return [
        lambda at: facts.Published(
            at=at,
            member_id=lane.me,
            sequence=sequence,
            root=root,
            bits=bits,
            oprf_key_version=version,
            changed=changed,
        ),
        lambda at: facts.FreshnessNoted(
            at=at, member_id=lane.me, counted=counted_changes(changed), epoch=epoch
        ),
    ]


def _redeem(lane: FactLane, vouchers: Any, _signatures: Any) -> Any:
    """Pays the difference to what was paid, down to the floor, as the ledger does."""
    view, made = lane.chain.view, []
    for requester, holder, queries, hits, amount, *_ in vouchers:
        means = view.balance(requester) + view.parameter("credit_floor").value
        paid = min(amount - view.redeemed(requester, holder).paid, means)
        made.append(
            lambda at, r=requester, h=holder, q=queries, t=hits, a=amount, p=paid: facts.Redeemed(
                at=at, requester=r, holder=h, queries=q, hits=t, amount=a, paid=p
            )
        )
    return made


def _rate(lane: FactLane, ratings: Any) -> Any:
    view = lane.chain.view
    epoch, share = view.epoch_of(START + lane.chain.number), view.parameter("rating_rebate_percent").value
    price = hit_price(hit_fee=view.price_at(epoch).hit_fee, score=0)
    rated: Made = [
        lambda at, entry=entry: facts.Rated(
            at=at,
            requester=lane.me,
            holder=entry[0],
            category=entry[1],
            confirmed=entry[2],
            refuted=entry[3],
            epoch=epoch,
        )
        for entry in ratings
    ]
    rebated: Made = [
        lambda at, entry=entry: facts.Rebated(
            at=at,
            requester=lane.me,
            holder=entry[0],
            amount=Credits((entry[2] + entry[3]) * price * share // 100),
        )
        for entry in ratings
    ]
    return rated + rebated


def _grant(lane: FactLane, member: int) -> Any:
    amount = Credits(lane.chain.view.parameter("admission_grant").value)
    return [lambda at: facts.Granted(at=at, member_id=member, amount=amount)]


def _allowance(lane: FactLane, member: int) -> Any:
    view, now = lane.chain.view, START + lane.chain.number
    epoch, account = view.epoch_of(now), view.credits.account(MemberId(member))
    amount = allowance_of(view.entitlement(MemberId(member), epoch), view.parameter("allowance_rate").value)
    return [
        lambda at: facts.AllowanceClaimed(
            at=at, member_id=member, epoch=epoch, amount=Credits(amount), expired=Credits(account.unspent)
        )
    ]


def _budget(lane: FactLane, member: int) -> Any:
    view, epoch = lane.chain.view, lane.chain.view.epoch_of(START + lane.chain.number)
    limit = view.entitlement(MemberId(member), epoch)
    return [lambda at: facts.BudgetOpened(at=at, member_id=member, epoch=epoch, limit=limit)]


def _activate(_lane: FactLane, member: int) -> Any:
    return [lambda at: facts.MemberActivated(at=at, member_id=member)]


EFFECTS: dict[str, Effect] = {
    "commit": _commit,
    "publish": _publish,
    "redeem": _redeem,
    "rate": _rate,
    "claimGrant": _grant,
    "claimAllowance": _allowance,
    "openBudget": _budget,
    "activate": _activate,
    **ANCHORING,
    **DISPUTING,
}
