"""The rooms that keep members, votes and accounts, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from oracle.chain.holding import Hold
from oracle.domain.application import Application
from oracle.domain.ids import Address
from oracle.domain.record import Category
from oracle.domain.reports import (
    BallotForm,
    ChainStatus,
    CompactionReport,
    CreditsSummary,
    HeldReorganisation,
    MemberLine,
    MemberStatus,
    MetricsText,
    PairAccount,
    ProposalLine,
    ProposalState,
    RatingReport,
    Readiness,
    RedeemedPair,
    RedemptionReport,
    SignedBallot,
    StatusReport,
    StoredRecord,
    Support,
    UnknownReference,
    Verdict,
    WaitingKind,
    WaitingLine,
    WaitingReport,
)

GOVERNANCE = Address("0x52908400098527886E0F7030069857D2E4169EE7")
GOVERNOR = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"


class InMemoryConsortium:
    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], StoredRecord] = {}
        self.proposed: dict[str, ProposalLine] = {}
        self.ballots: list[SignedBallot] = []
        self.applications: list[Application] = []
        self.sequence = 0
        self.voter = GOVERNANCE
        self.in_flight = 0
        self.hold = Hold()
        self.not_ready: tuple[str, ...] = ()

    async def members(self) -> tuple[MemberLine, ...]:
        return tuple(
            MemberLine(
                member_id=number,
                name=name,
                status=MemberStatus.ACTIVE,
                is_self=number == 1,
                governance=GOVERNANCE,
                operator=GOVERNANCE,
                endpoint=f"https://127.0.0.1:844{number}",
                score_bps=5000,
                hit_price=10,
                sequence=number,
            )
            for number, name in ((1, "Bank A"), (2, "Bank B"))
        )

    async def proposals(self) -> tuple[ProposalLine, ...]:
        return tuple(reversed(self.proposed.values()))

    async def propose_admission(self, application: Application) -> ProposalLine:
        self.applications.append(application)
        line = ProposalLine(
            proposal_id=str(len(self.proposed) + 1),
            title=f"Admit {application.name}",
            state=ProposalState.ACTIVE,
            proposer=GOVERNANCE,
            votes_for=0,
            votes_against=0,
            votes_abstain=0,
            quorum=1,
            voting_starts_at=1_700_000_000,
            voting_ends_at=1_700_003_600,
        )
        self.proposed[line.proposal_id] = line
        return line

    async def ballot_form(self, proposal_id: str, support: Support) -> BallotForm:
        self._proposal(proposal_id)
        return BallotForm(
            governor_name="ConsortiumGovernor",
            governor_version="1",
            chain_id=31337,
            verifying_contract=GOVERNOR,
            proposal_id=proposal_id,
            support=support,
            voter=self.voter,
            nonce=3,
        )

    async def submit_ballot(self, ballot: SignedBallot) -> ProposalLine:
        line = self._proposal(ballot.proposal_id)
        self.ballots.append(ballot)
        voted = replace(line, votes_for=line.votes_for + 1, own_vote=ballot.support)
        self.proposed[ballot.proposal_id] = voted
        return voted

    async def carry(self, proposal_id: str) -> ProposalLine:
        line = replace(self._proposal(proposal_id), state=ProposalState.EXECUTED)
        self.proposed[proposal_id] = line
        return line

    def _proposal(self, proposal_id: str) -> ProposalLine:
        if proposal_id not in self.proposed:
            raise UnknownReference(f"There is no proposal {proposal_id}.")
        return self.proposed[proposal_id]

    async def credits(self) -> CreditsSummary:
        pair = PairAccount(member_id=2, name="Bank B", queries=100, hits=4, amount=140, paid=100, set_off=20)
        return CreditsSummary(
            balance=860,
            floor=500,
            exposure_limit=680,
            granted=1000,
            allowance=5_000,
            allowance_unspent=4_200,
            escrowed=0,
            penalties=0,
            evaluations_used=12,
            evaluations_limit=10_000,
            epoch=3,
            epoch_ends=1_800_000_000,
            price_version=1,
            query_fee=1,
            hit_fee=10,
            given=(pair,),
            received=(),
        )

    async def redeem(self, requesters: Sequence[int]) -> RedemptionReport:
        pairs = tuple(RedeemedPair(requester=number, amount=140, paid=40) for number in requesters)
        return RedemptionReport(pairs=pairs, transaction="0x" + "ef" * 32 if pairs else "")

    async def rate(
        self, *, query_id: str, index: int, holder: int, category: Category, verdict: Verdict
    ) -> RatingReport:
        state, _ = self._kept(query_id)
        if not any(one.index == index and one.record for one in state.results):
            raise UnknownReference("Nothing was disclosed there.")
        return RatingReport(holder=holder, category=category.label, verdict=verdict)

    async def waiting(self) -> WaitingReport:
        line = WaitingLine(
            kind=WaitingKind.REPLY,
            reference="0x" + "ab" * 32,
            code="unreachable",
            why="The member is not reached since 3 min (peer_unreachable).",
            query_id="q1",
            member=2,
            name="Bank B",
            since=1_700_000_000,
            deadline=1_700_000_120,
        )
        return WaitingReport(lines=(line,) * self.in_flight, total=self.in_flight)

    async def readiness(self) -> Readiness:
        return Readiness(reasons=self.not_ready)

    async def metrics(self) -> MetricsText:
        return MetricsText(text="# HELP riskmesh_ready 1 when /readyz says so.\nriskmesh_ready 1.0\n")

    async def accept_reorganisation(self, *, first_block: int) -> HeldReorganisation:
        return self.hold.accept(first_block=first_block)

    async def compact(self) -> CompactionReport:
        return CompactionReport(
            batches=3, answers=4, transactions=5, commitments=6, bytes_before=2_500_000, bytes_after=150_000
        )

    async def status(self) -> StatusReport:
        return StatusReport(
            version="0.1.0",
            name="Bank A",
            member_id=1,
            member_status="active",
            uptime_s=61,
            chain=ChainStatus(
                chain_id=31337, reachable=True, head_block=12, cursor_block=12, held=self.hold.current
            ),
            records=len(self.stored),
            published_sequence=None,
            balance=860,
            open_queries=0,
            open_answers=0,
        )
