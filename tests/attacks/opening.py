"""Opens a member in this process, with its server, as a daemon would."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from attacks.member import LIMITS, PASSPHRASE, InProcess, nothing, stop
from attacks.wire import Front, TappedClient

from oracle.chain.events import Arrival
from oracle.config.settings import Settings
from oracle.crypto.typed_data import member_domain, voucher_domain
from oracle.crypto.workers import Workers
from oracle.domain.ids import MemberId
from oracle.governing.names import MemberNames
from oracle.peer.courier import Courier
from oracle.peer.limits import ClientLimits, ServerLimits
from oracle.peer.notary import Notary
from oracle.peer.post import Post
from oracle.peer.reachable import ReachPolicy
from oracle.peer.server import PeerServer
from oracle.peer.tls import TrustedPeers, server_context
from oracle.wiring.accounts import build_accounts
from oracle.wiring.foundation import Foundation, open_foundation
from oracle.wiring.holder import open_holder
from oracle.wiring.keys import SealingKeys
from oracle.wiring.requester import Wakings, build_requester


@asynccontextmanager
async def open_in_process(
    settings: Settings, me: MemberId, workers: Workers, limits: ServerLimits = LIMITS
) -> AsyncIterator[InProcess]:
    """A member and its server, ready to be asked; the test polls its event stream."""
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(open_foundation(settings, PASSPHRASE))
        base = replace(base, workers=workers)
        await base.stream.rebuild()
        await base.stream.poll()
        messages = member_domain(base.record.chain_id, base.record.address_of("MemberRegistry"))
        vouchers = voucher_domain(base.record.chain_id, base.record.address_of("CreditLedger"))
        signer = base.keyring.operator()
        notary = Notary(signer=signer, messages=messages, vouchers=vouchers, operators=base.registry)
        keys = SealingKeys(base.keyring, me, base.view)
        post = Post(me=me, signer=signer, opener=keys, directory=base.registry, domain=messages)
        client = await stack.enter_async_context(
            TappedClient(
                base.keyring.tls_identity,
                base.registry,
                limits=ClientLimits(),
                reach=ReachPolicy(private=True),
            )
        )
        courier = Courier(post, client)
        holder = await stack.enter_async_context(open_holder(base, me, notary=notary, courier=courier))
        names = MemberNames(view=base.view, known=base.record.names)
        wakings = Wakings(submitted=nothing, launched=nothing, judged=nothing)
        requester = build_requester(base, me, notary=notary, courier=courier, names=names, wakings=wakings)
        accounts = build_accounts(base, me, requester=requester, holder=holder, names=names, courier=courier)
        front = Front(None)
        member = InProcess(
            id=me,
            base=base,
            notary=notary,
            post=post,
            client=client,
            courier=courier,
            holder=holder,
            requester=requester,
            accounts=accounts,
            front=front,
        )
        await _follow(base, member)
        await stack.enter_async_context(_listening(base, front, limits))
        yield member


async def _follow(base: Foundation, member: InProcess) -> None:
    """Read the chain so far, as a daemon does before it takes up its work."""
    await base.stream.poll()
    assert base.member_id() == member.id
    await member.holder.answering.note(base.view.commitments.all)
    base.stream.on_facts(member.hear)


@asynccontextmanager
async def _listening(base: Foundation, front: Front, limits: ServerLimits) -> AsyncIterator[None]:
    peers = TrustedPeers()

    async def trust(_: Arrival | None = None) -> None:
        registry = base.registry
        assert peers.refresh(registry.certificates(), registry.auditor_certificates()) == ()

    await trust()
    base.stream.on_facts(trust)
    server = PeerServer(front, peers, limits=limits, on_broken=stop)
    listen = base.settings.peer.listen
    await server.start(listen.host, listen.port, server_context(base.keyring.tls_identity, peers))
    try:
        yield
    finally:
        await server.stop()
