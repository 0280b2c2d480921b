"""Builds one member from its foundation: rooms, doors for others, desks for the institution, rounds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from oracle.crypto.typed_data import member_domain, voucher_domain
from oracle.domain.ids import MemberId
from oracle.governing.audits import AuditsDesk
from oracle.governing.desk import GovernanceDesk
from oracle.governing.members import MembersDesk
from oracle.governing.names import MemberNames
from oracle.governing.upkeep import Upkeep
from oracle.peer.client import PeerClient
from oracle.peer.contacts import Contacts
from oracle.peer.courier import Courier
from oracle.peer.limits import ClientLimits
from oracle.peer.notary import Notary
from oracle.peer.post import Post
from oracle.peer.reachable import ReachPolicy
from oracle.wiring.accounts import Accounts, build_accounts
from oracle.wiring.agreement import require_agreement
from oracle.wiring.audited import Audited, build_audited
from oracle.wiring.compacting import Compacting
from oracle.wiring.desks import MemberDesks
from oracle.wiring.doors import Doors
from oracle.wiring.dossiers import build_dossiers
from oracle.wiring.foundation import Foundation
from oracle.wiring.governing import build_governance, build_own_keys
from oracle.wiring.holder import Holder, open_holder
from oracle.wiring.insight import Insight
from oracle.wiring.keys import OwnOperator, SealingKeys, Succession
from oracle.wiring.recovery.recovering import Recovery
from oracle.wiring.requester import Requester, Wakings, build_requester
from oracle.wiring.schedule import NEWS_S, SHARED_NEWS_S, News, Pauses, Rounds, Work, schedule
from oracle.wiring.undoing import Undoing
from oracle.wiring.waiting import WaitingDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member, ready to be supervised."""

    id: MemberId
    requester: Requester
    holder: Holder
    doors: Doors
    desks: MemberDesks
    rounds: Rounds
    succession: Succession
    insight: Insight
    undoing: Undoing

    @property
    def recovery(self) -> Recovery:
        return self.insight.recovery


@asynccontextmanager
async def open_member(base: Foundation, me: MemberId) -> AsyncIterator[Member]:
    """Open the dataset and the connections to other members; closed at the end of the block."""
    require_agreement(base.view)
    messages = member_domain(base.record.chain_id, base.record.address_of("MemberRegistry"))
    vouchers = voucher_domain(base.record.chain_id, base.record.address_of("CreditLedger"))
    operator = OwnOperator(base.keyring, me, base.view)
    notary = Notary(signer=operator, messages=messages, vouchers=vouchers, operators=base.registry)
    post = Post(
        me=me,
        signer=operator,
        opener=SealingKeys(base.keyring, me, base.view),
        directory=base.registry,
        domain=messages,
        earlier=operator.at,
    )
    succession = Succession(base.keyring, me, base.view, base.lane)
    contacts = Contacts()
    async with PeerClient(
        succession.identity,
        base.registry,
        limits=ClientLimits(timeout_s=base.settings.peer.timeout_s),
        reach=ReachPolicy(
            private=base.settings.peer.allow_private_endpoints, networks=base.settings.peer.allowed_networks
        ),
        contacts=contacts,
    ) as client:
        succession.on_identity(client.use)
        succession.follow()
        courier = Courier(post, client, clear=base.hold.check)
        async with open_holder(base, me, notary=notary, courier=courier) as holder:
            yield _join(
                base,
                me,
                holder,
                notary=notary,
                courier=courier,
                post=post,
                contacts=contacts,
                succession=succession,
            )


def _join(
    base: Foundation,
    me: MemberId,
    holder: Holder,
    *,
    notary: Notary,
    courier: Courier,
    post: Post,
    contacts: Contacts,
    succession: Succession,
) -> Member:
    names = MemberNames(view=base.view, known=(*base.record.names, base.settings.member.name))
    news, governance = News(), build_governance(base, me, names)
    requester = build_requester(base, me, notary=notary, courier=courier, names=names, wakings=_wakings(news))
    accounts = build_accounts(base, me, requester=requester, holder=holder, names=names, courier=courier)
    audited = build_audited(base, me, requester, holder, notary=notary)
    work = _work(base, me, requester, holder, accounts=accounts, audited=audited, governance=governance)
    rounds = schedule(work, news=news, publish_s=base.settings.chain.poll_interval_s, pauses=_pauses(base))
    return Member(
        id=me,
        requester=requester,
        holder=holder,
        doors=_doors(
            base,
            me,
            requester,
            holder,
            accounts,
            audited=audited,
            post=post,
            notary=notary,
            contacts=contacts,
            rounds=rounds,
        ),
        desks=_desks(
            base,
            me,
            requester,
            holder,
            names=names,
            accounts=accounts,
            governance=governance,
            audited=audited,
            compacting=work.compacting,
        ),
        rounds=rounds,
        succession=succession,
        insight=Insight(
            holder=holder,
            contacts=contacts,
            waiting=WaitingDesk(base, me, contacts=contacts, names=names),
            rounds=rounds,
            recovery=work.recovery,
        ),
        undoing=Undoing(base, requester=requester, holder=holder),
    )


def _desks(
    base: Foundation,
    me: MemberId,
    requester: Requester,
    holder: Holder,
    *,
    names: MemberNames,
    accounts: Accounts,
    governance: GovernanceDesk,
    audited: Audited,
    compacting: Compacting,
) -> MemberDesks:
    audits = AuditsDesk(me=me, view=base.view, names=names, clock=base.clock)
    return MemberDesks(
        queries=requester.desk,
        records=holder.records,
        members=MembersDesk(me=me, view=base.view, names=names, clock=base.clock),
        audits=audits,
        dossiers=build_dossiers(base, requester, audits=audits, answering=audited.answering),
        governance=governance,
        keys=build_own_keys(base, me),
        credits=accounts.credits,
        ratings=accounts.ratings,
        disputes=accounts.disputes,
        recalls=accounts.recalling,
        store=compacting,
    )


def _doors(
    base: Foundation,
    me: MemberId,
    requester: Requester,
    holder: Holder,
    accounts: Accounts,
    *,
    audited: Audited,
    post: Post,
    notary: Notary,
    contacts: Contacts,
    rounds: Rounds,
) -> Doors:
    return Doors(
        me=me,
        post=post,
        notary=notary,
        asked=requester.journals.asked,
        vouchers=holder.vouchers,
        collector=requester.collector,
        settling=holder.settling,
        express=holder.express,
        proving=accounts.proving,
        reporting=accounts.reporting,
        handing=audited.handing,
        decoys=requester.decoys,
        recalling=accounts.recalling,
        view=base.view,
        clock=base.clock,
        received=rounds.judge.wake,
        contacts=contacts,
        clear=base.hold.check,
    )


def _wakings(news: News) -> Wakings:
    return Wakings(submitted=news.submitted.set, launched=news.launched.set, judged=news.judged.set)


def _pauses(base: Foundation) -> Pauses:
    held, leadership = base.hold.holds, base.leadership
    return Pauses(
        all=held,
        leading=lambda: held() or not leadership.leads(),
        publishing=lambda: held() or not leadership.established(),
        answering=lambda: held() or (base.database.shared and not base.clock.caught_up.is_set()),
        # What another daemon of ours took in is found by looking.
        look_s=SHARED_NEWS_S if base.database.shared else NEWS_S,
    )


def _work(
    base: Foundation,
    me: MemberId,
    requester: Requester,
    holder: Holder,
    *,
    accounts: Accounts,
    audited: Audited,
    governance: GovernanceDesk,
) -> Work:
    return Work(
        requester=requester,
        holder=holder,
        redeeming=accounts.redeeming,
        rating=accounts.rating,
        upkeep=_upkeep(base, me, governance),
        recovery=Recovery(base, me, requester=requester, holder=holder, rating=accounts.rating),
        epoch_upkeep=accounts.upkeep,
        anchoring=accounts.anchoring,
        proving=accounts.proving,
        reporting=accounts.reporting,
        opening=audited.answering,
        recalling=accounts.recalling,
        compacting=Compacting(
            database=base.database,
            facts=base.facts,
            view=base.view,
            leads=base.leadership.leads,
            under_audit=audited.answering.under_audit,
        ),
    )


def _upkeep(base: Foundation, me: MemberId, governance: GovernanceDesk) -> Upkeep:
    return Upkeep(
        me=me,
        registry=base.contracts.registry,
        ledger=base.contracts.credits,
        desk=governance,
        lane=base.lane,
        view=base.view,
        clock=base.clock,
        carry_through=base.settings.policy.carry_through_proposals,
    )
