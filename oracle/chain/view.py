"""The local view of the alliance: facts folded in the order of the chain, and the questions they answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import assert_never

from oracle.chain import facts
from oracle.chain.books.anchors import AnchorBook
from oracle.chain.books.audits import AuditBook
from oracle.chain.books.budgets import BudgetBook
from oracle.chain.books.commitments import CommitmentBook
from oracle.chain.books.credits import CreditBook, RedeemedTotals
from oracle.chain.books.member_book import MemberBook
from oracle.chain.books.members import Member, OprfKey, SealingKey, at_version
from oracle.chain.books.parameters import ParameterBook, ParameterValue, Prices
from oracle.chain.books.proposals import ProposalBook
from oracle.chain.books.publications import PlacedPublication, PublicationBook
from oracle.chain.books.quality import EntitlementTerms, QualityBook
from oracle.chain.facts import Committed, Fact
from oracle.chain.journal import BlockMark
from oracle.domain.ids import Address, BatchId, BlockNumber, Credits, KeyVersion, MemberId
from oracle.domain.place import SnapshotPlace
from oracle.rules.budgets import Budget
from oracle.rules.pricing import hit_price
from oracle.rules.snapshot import commitment_counts


@dataclass(slots=True)
class AllianceView:
    """Holds everything up to `head`. `apply` depends on the facts alone, never on a node or a clock."""

    head: BlockMark | None = None
    """The newest block whose facts are in; None before the first."""
    members: MemberBook = field(default_factory=MemberBook)
    parameters: ParameterBook = field(default_factory=ParameterBook)
    publications: PublicationBook = field(default_factory=PublicationBook)
    commitments: CommitmentBook = field(default_factory=CommitmentBook)
    budgets: BudgetBook = field(default_factory=BudgetBook)
    anchors: AnchorBook = field(default_factory=AnchorBook)
    credits: CreditBook = field(default_factory=CreditBook)
    quality: QualityBook = field(default_factory=QualityBook)
    audits: AuditBook = field(default_factory=AuditBook)
    proposals: ProposalBook = field(default_factory=ProposalBook)

    def apply(self, fact: Fact) -> None:
        match fact:
            case (
                facts.ParameterDeclared() | facts.ParameterSet() | facts.PricesSet() | facts.EpochLengthSet()
            ):
                self.parameters.apply(fact)
            case (
                facts.MemberAdmitted()
                | facts.MemberActivated()
                | facts.MemberSuspended()
                | facts.MemberSuspendedInEmergency()
                | facts.MemberReinstated()
                | facts.MemberExpelled()
                | facts.MemberLeft()
                | facts.GovernanceReplaced()
                | facts.OperatorRotated()
                | facts.SealingKeyRotated()
                | facts.OprfKeyRotated()
                | facts.EndpointSet()
                | facts.ProfileSet()
            ):
                self.members.apply(fact)
            case facts.Published():
                self.publications.apply(fact)
            case (
                facts.Committed()
                | facts.BudgetOpened()
                | facts.Anchored()
                | facts.Reported()
                | facts.ReportClosed()
                | facts.NonceReuseProven()
            ):
                self._apply_query(fact)
            case (
                facts.Granted()
                | facts.AllowanceClaimed()
                | facts.Redeemed()
                | facts.Escrowed()
                | facts.Released()
                | facts.GivenBack()
                | facts.Rebated()
                | facts.Penalized()
            ):
                self.credits.apply(fact)
            case facts.Rated() | facts.FreshnessNoted() | facts.Breached():
                self.quality.apply(fact)
            case facts.OfAudits():
                self.audits.apply(fact)
            case (
                facts.ProposalCreated()
                | facts.VoteCast()
                | facts.ProposalQueued()
                | facts.ProposalExecuted()
                | facts.ProposalCanceled()
            ):
                self.proposals.apply(fact)
            case _:
                assert_never(fact)

    def _apply_query(self, fact: facts.QueryFact) -> None:
        if isinstance(fact, Committed):
            self.commitments.apply(fact)
        elif not isinstance(fact, facts.BudgetOpened):
            self.anchors.apply(fact)
        if isinstance(fact, (Committed, facts.Anchored, facts.BudgetOpened)):
            epoch, floor = self.epoch_of(fact.at.block_timestamp), self.parameter("entitlement_floor").value
            self.budgets.apply(fact, epoch=epoch, floor=floor)

    def fold(self, many: Iterable[Fact]) -> None:
        for fact in many:
            self.apply(fact)

    def become(self, other: "AllianceView") -> None:
        """Takes over another view in one step, so that whoever holds this one never sees it half built."""
        for entry in fields(self):
            setattr(self, entry.name, getattr(other, entry.name))

    def member(self, member: MemberId) -> Member:
        """Raises UnknownMember."""
        return self.members.get(member)

    @property
    def now(self) -> int:
        """Timestamp of the newest block read, unix seconds; 0 before the first."""
        return 0 if self.head is None else self.head.timestamp

    def in_standing(self, member: MemberId) -> bool:
        """Whether it may ask and be asked now. Raises UnknownMember."""
        return self.member(member).stands_at(self.now)

    def members_in_standing(self) -> tuple[Member, ...]:
        """In ascending number."""
        now = self.now
        return tuple(member for _, member in sorted(self.members.all.items()) if member.stands_at(now))

    def member_by_operator(self, operator: Address) -> Member | None:
        return self.members.by_operator(operator)

    def member_by_tls(self, fingerprint: bytes) -> Member | None:
        return self.members.by_tls(fingerprint)

    def operator_of(self, member: MemberId, version: KeyVersion) -> Address:
        """Raises UnknownMember or UnknownKeyVersion."""
        return at_version(self.member(member).operators, version).value

    def sealing_key(self, member: MemberId, version: KeyVersion) -> SealingKey:
        """Raises UnknownMember or UnknownKeyVersion."""
        return at_version(self.member(member).sealing_keys, version).value

    def oprf_key(self, holder: MemberId, version: KeyVersion) -> OprfKey:
        """Raises UnknownMember or UnknownKeyVersion."""
        return at_version(self.member(holder).oprf_keys, version).value

    def publications_of(self, holder: MemberId) -> tuple[PlacedPublication, ...]:
        return self.publications.of(holder)

    def publication_before(self, holder: MemberId, block: BlockNumber) -> PlacedPublication | None:
        """The last publication in a block strictly before this one."""
        return self.publications.before(holder, block)

    def place_of(self, holder: MemberId, committed: Committed) -> SnapshotPlace:
        """Where the snapshot stands that this holder answers that batch from."""
        return self.publications.place_before(holder, committed.at.block_number)

    def final(self, committed: Committed) -> bool:
        """Whether a commitment has its confirmations: before, nothing is answered or judged."""
        return self.head is not None and commitment_counts(
            commit_block=committed.at.block_number,
            finality_depth=self.parameter("finality_depth").value,
            cursor=self.head.number,
        )

    def commitment(self, requester: MemberId, batch: BatchId) -> Committed | None:
        return self.commitments.get(requester, batch)

    def parameter(self, name: str) -> ParameterValue:
        """Raises UnknownParameter."""
        return self.parameters.current(name)

    def epoch_of(self, timestamp: int) -> int:
        return self.parameters.epoch_of(timestamp)

    def price_at(self, epoch: int) -> Prices:
        return self.parameters.prices_at(epoch)

    def score_bps(self, holder: MemberId, epoch: int) -> int:
        return self.quality.score_bps(holder, epoch)

    def budget(self, member: MemberId, epoch: int) -> Budget:
        """As it stands in this epoch, which is the member's newest or a later one."""
        return self.budgets.of(member, epoch, floor=self.parameter("entitlement_floor").value)

    def entitlement(self, member: MemberId, epoch: int) -> int:
        """Evaluations that a member may ask for in this epoch, by the parameters in force now."""
        terms = EntitlementTerms(
            floor=self.parameter("entitlement_floor").value,
            per_rating=self.parameter("entitlement_per_rating").value,
            ceiling=self.parameter("entitlement_ceiling").value,
        )
        return self.quality.entitlement(member, epoch, terms)

    def hit_price(self, holder: MemberId, epoch: int) -> Credits:
        """What a hit at this holder costs in this epoch."""
        prices = self.price_at(epoch)
        return Credits(hit_price(hit_fee=prices.hit_fee, score=self.score_bps(holder, epoch)))

    def balance(self, member: MemberId) -> Credits:
        return self.credits.balance(member)

    def redeemed(self, requester: MemberId, holder: MemberId) -> RedeemedTotals:
        return self.credits.redeemed(requester, holder)
