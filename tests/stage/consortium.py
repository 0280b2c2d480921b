"""Members with all their real rooms in one process, joined by `wiring`, on a chain of facts alone.

Only three things stand in: the chain (`ledger`), the connection to it, and the wire, which is a call.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from stage.anchoring import FactMarks
from stage.direct_client import DirectClient
from stage.founding import NAMES, join_registry, keys_of, open_store, record, settings
from stage.ledger import BLOCK_S, START, FactChain, FactLane

from oracle.chain.contracts.bindings import bindings
from oracle.chain.holding import Hold
from oracle.chain.references import References
from oracle.crypto.typed_data import member_domain, voucher_domain
from oracle.crypto.workers import Workers
from oracle.dataset.columns import Defaults
from oracle.dataset.importing import ImportFormat
from oracle.domain.asked import AskedBatch
from oracle.domain.ids import MemberId
from oracle.domain.reports import AskingMode, QueryAccepted, RawSubject
from oracle.governing.names import MemberNames
from oracle.peer.contacts import Contacts
from oracle.peer.courier import Courier
from oracle.peer.notary import Notary
from oracle.peer.post import Post
from oracle.store.facts import FactTable
from oracle.store.restoration import RestorationJournal
from oracle.wiring.accounts import Accounts, build_accounts
from oracle.wiring.audited import Audited, build_audited
from oracle.wiring.clock import ChainClock
from oracle.wiring.doors import Doors
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder, open_holder
from oracle.wiring.keys import SealingKeys
from oracle.wiring.leadership import Leadership
from oracle.wiring.registry import Registry
from oracle.wiring.requester import Requester, Wakings, build_requester

LISTED = {2: ("north.example", "both.example"), 3: ("south.example", "both.example")}
CATEGORIES = {2: "transaction_fraud", 3: "telecom_fraud"}
A_DAY = 86_400


@dataclass(kw_only=True, repr=False)  # asyncio shows results of tasks: all of a member is long
class House:
    """One member: everything that its daemon has, but the servers and the rounds."""

    id: MemberId
    base: Foundation
    lane: FactLane
    notary: Notary
    post: Post
    client: DirectClient
    courier: Courier
    holder: Holder
    requester: Requester
    accounts: Accounts
    audited: Audited
    doors: Doors
    woken: list[str]

    @property
    def chain(self) -> FactChain:
        return self.lane.chain

    async def submit(self, *names: str, deadline_s: int | None = None) -> QueryAccepted:
        """Ask about domains by name; nothing leaves yet."""
        subjects = [RawSubject(type="domain", value=name) for name in names]
        return await self.requester.desk.submit(
            subjects, purpose=None, case_reference="case 17", deadline_s=deadline_s
        )

    async def ask_at_once(self, *names: str, deadline_ms: int | None = None) -> QueryAccepted:
        """Ask about domains in express mode, and take what the holders answer."""
        accepted = await self.submit_express(*names, deadline_ms=deadline_ms)
        await self.requester.express.round()
        return accepted

    async def submit_express(self, *names: str, deadline_ms: int | None = None) -> QueryAccepted:
        """Journalled and launched; nothing leaves yet."""
        subjects = [RawSubject(type="domain", value=name) for name in names]
        return await self.requester.desk.submit(
            subjects,
            purpose=None,
            case_reference="case 17",
            deadline_s=None,
            mode=AskingMode.EXPRESS,
            deadline_ms=deadline_ms,
        )

    async def batch(self, accepted: QueryAccepted, ordinal: int = 0) -> AskedBatch:
        return (await self.requester.journals.asked.batches_of(accepted.query_id))[ordinal]

    async def commit(self) -> None:
        """Bring what is prepared to the chain, and see it there."""
        await self.requester.committing.round()
        await self.requester.collector.note_commitments()

    async def answer(self) -> None:
        """Note what the chain says and take every open batch as far as it goes."""
        await self.holder.answering.note(self.base.view.commitments.all)
        await self.holder.answering.round()

    async def judge(self) -> None:
        await self.requester.collector.judge_all()

    async def settle(self) -> None:
        """Send the receipts and take the disclosures."""
        await self.requester.receipts.round()
        await self.requester.reminders.round()
        await self.requester.collector.end_overdue()


@dataclass(kw_only=True, repr=False)  # as above
class Consortium:
    """The members by number, on one chain."""

    chain: FactChain
    houses: dict[MemberId, House]

    def __getitem__(self, number: int) -> House:
        return self.houses[MemberId(number)]

    async def whole(self, *names: str) -> QueryAccepted:
        """One query of member 1 from its submission to its last disclosure."""
        asker = self[1]
        accepted = await asker.submit(*names)
        await asker.commit()
        for number in sorted(self.houses):
            if number != asker.id:
                await self[number].answer()
        await asker.judge()
        await asker.settle()
        return accepted


@asynccontextmanager
async def open_consortium(
    folder: Path, workers: Workers, *, parameters: dict[str, int] | None = None
) -> AsyncIterator[Consortium]:
    """Three active members, with a grant and a published list each, and a day of time already passed."""
    chain, houses = FactChain(), {}
    chain.declare(**(parameters or {}))
    async with AsyncExitStack() as stack:
        for number, name in enumerate(NAMES, start=1):
            house = await stack.enter_async_context(
                _open_house(
                    folder / name.lower(),
                    MemberId(number),
                    name=name,
                    chain=chain,
                    houses=houses,
                    workers=workers,
                )
            )
            houses[house.id] = house
        for house in houses.values():
            await publish(house, *LISTED.get(house.id, ()))
        yield Consortium(chain=chain, houses=houses)


async def publish(house: House, *names: str) -> None:
    """Import domains under the member's category and publish the snapshot."""
    if names:
        rows = [f"domain,{name},{CATEGORIES[house.id]},phishing" for name in names]
        await house.holder.dataset.import_lines(
            _once("\n".join(("type,value,category,reason", *rows)).encode()),
            form=ImportFormat.CSV,
            defaults=Defaults(today=house.base.clock.chain_time() // A_DAY),
            report=_unheard,
        )
    await house.holder.publisher.publish()


def _nothing() -> None:
    """The chain is read already: nobody has to be woken."""


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _unheard(_event: object) -> None:
    """Nobody watches the import."""


@asynccontextmanager
async def _open_house(
    home: Path,
    me: MemberId,
    *,
    name: str,
    chain: FactChain,
    houses: dict[MemberId, House],
    workers: Workers,
) -> AsyncIterator[House]:
    (keyring, governance), deployed = keys_of(name), record()
    join_registry(chain, me, name, keyring, governance)
    database = await open_store(home / "state.db")
    lane = FactLane(me=me, chain=chain, contracts=bindings(deployed))
    base = Foundation(
        settings=settings(home, name),
        keyring=keyring,
        record=deployed,
        contracts=bindings(deployed),
        database=database,
        facts=FactTable(database),
        leadership=Leadership(None),
        connection=SimpleNamespace(),  # desks that read the chain itself are given one by their tests
        stream=SimpleNamespace(view=chain.view),
        hold=Hold(),
        clock=ChainClock(chain.view, _nothing),
        registry=Registry(chain.view),
        lane=lane,
        workers=workers,
        restoration=RestorationJournal(database),
        references=References(FactMarks(START, BLOCK_S), chain.view),
    )
    try:
        async with _joined(base, lane, me, houses) as house:
            yield house
    finally:
        await database.close()


@asynccontextmanager
async def _joined(
    base: Foundation, lane: FactLane, me: MemberId, houses: dict[MemberId, House]
) -> AsyncIterator[House]:
    messages = member_domain(base.record.chain_id, base.record.address_of("MemberRegistry"))
    lane.chain.messages = messages
    notary = Notary(
        signer=base.keyring.operator(),
        messages=messages,
        vouchers=voucher_domain(base.record.chain_id, base.record.address_of("CreditLedger")),
        operators=base.registry,
    )
    post = Post(
        me=me,
        signer=base.keyring.operator(),
        opener=SealingKeys(base.keyring, me, base.view),
        directory=base.registry,
        domain=messages,
    )
    client, woken = DirectClient(me, houses), []
    courier = Courier(post, client)
    names = MemberNames(view=base.view, known=NAMES)
    async with open_holder(base, me, notary=notary, courier=courier) as holder:
        requester = build_requester(
            base, me, notary=notary, courier=courier, names=names, wakings=_wakings(woken)
        )
        accounts = build_accounts(base, me, requester=requester, holder=holder, names=names, courier=courier)
        audited = build_audited(base, me, requester, holder, notary=notary)
        yield House(
            id=me,
            base=base,
            lane=lane,
            notary=notary,
            post=post,
            client=client,
            courier=courier,
            holder=holder,
            requester=requester,
            accounts=accounts,
            audited=audited,
            doors=Doors(
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
                received=lambda: woken.append("judge"),
                contacts=Contacts(),
            ),
            woken=woken,
        )


def _wakings(woken: list[str]) -> Wakings:
    return Wakings(
        submitted=lambda: woken.append("commit"),
        launched=lambda: woken.append("express"),
        judged=lambda: woken.append("judge"),
    )
