"""One member in this process: the real rooms, joined as `wiring` joins them, any one of them replaceable."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from attacks.reorderings import Heedless, reordering_of
from attacks.wire import Front, TappedClient

from oracle.accounting.adopting import Adoption
from oracle.accounting.vouchers import VoucherBook
from oracle.answering.admission import Admission
from oracle.answering.disclosing import Discloser
from oracle.answering.replying import ReplyMaker
from oracle.answering.service import Answering
from oracle.answering.settling import Settling
from oracle.asking.budget import OwnBudget
from oracle.asking.collecting import Collector, Journals
from oracle.asking.committing import Committing
from oracle.asking.judging import Judge
from oracle.asking.receipts import Receipts
from oracle.asking.submission import AskingPolicy, Submission
from oracle.chain.events import Arrival
from oracle.chain.facts import Committed
from oracle.crypto.signing import Signer, generate_signing_key
from oracle.crypto.tls import client_context
from oracle.crypto.typed_data import member_domain, voucher_domain
from oracle.dataset.columns import Defaults
from oracle.dataset.importing import ImportFormat
from oracle.domain.errors import Broken
from oracle.domain.ids import MemberId
from oracle.peer.contacts import Contacts
from oracle.peer.courier import Courier
from oracle.peer.limits import ServerLimits
from oracle.peer.notary import Notary
from oracle.peer.post import Post
from oracle.store.askers import AskerJournal
from oracle.store.disputes import DisputeJournal
from oracle.wiring.accounts import Accounts
from oracle.wiring.audited import Audited, build_audited
from oracle.wiring.doors import Doors
from oracle.wiring.foundation import Foundation
from oracle.wiring.holder import Holder
from oracle.wiring.requester import Requester
from oracle.wiring.snapshots import DatasetSnapshots

PASSPHRASE = "opens keys of tests"
LIMITS = ServerLimits()
A_DAY = 86_400


def stop(error: Broken) -> None:
    raise error


def nothing() -> None:
    """The tests take each step themselves: nobody has to be woken."""


@dataclass(kw_only=True, repr=False)  # asyncio shows results of tasks: all of a member is long
class InProcess:
    """Builders take what is to be another than the real one, by the name of the constructor's parameter."""

    id: MemberId
    base: Foundation
    notary: Notary
    post: Post
    client: TappedClient
    courier: Courier
    holder: Holder
    requester: Requester
    accounts: Accounts
    front: Front

    @cached_property
    def audited(self) -> Audited:
        return build_audited(self.base, self.id, self.requester, self.holder, notary=self.notary)

    def __post_init__(self) -> None:
        self.front.doors = self.doors()

    def door_to(self, other: "InProcess") -> tuple[str, ssl.SSLContext]:
        """Where the other one is reached, and what shows it that this one calls."""
        registered = self.base.registry.address_of(other.id)
        assert registered is not None
        context = client_context(self.base.keyring.tls_identity, (registered.certificate,))
        return registered.endpoint, context

    def strange_notary(self) -> Notary:
        """Signs with a key that is nobody's operator key."""
        record = self.base.record
        return Notary(
            signer=Signer(generate_signing_key()),
            messages=member_domain(record.chain_id, record.address_of("MemberRegistry")),
            vouchers=voucher_domain(record.chain_id, record.address_of("CreditLedger")),
            operators=self.base.registry,
        )

    def maker(self, **other: Any) -> ReplyMaker:
        base = self.base
        parts = {"snapshots": self.snapshots, "keys": base.keyring, "notary": self.notary}
        return ReplyMaker(**{**parts, "clock": base.clock, "workers": base.workers, **other})

    def answering(self, **other: Any) -> Answering:
        base, journal = self.base, self.holder.journal
        admission = Admission(
            me=self.id,
            view=base.view,
            notary=self.notary,
            askers=AskerJournal(base.database),
            clock=base.clock,
        )
        parts = {"me": self.id, "journal": journal, "admission": admission, "maker": self.maker()}
        rest = {"courier": self.courier, "view": base.view, "clock": base.clock}
        parts["reordering"] = Heedless()
        return Answering(**{**parts, **rest, **other})

    def discloser(self, **other: Any) -> Discloser:
        return Discloser(**{"snapshots": self.snapshots, "notary": self.notary, **other})

    def settling(self, **other: Any) -> Settling:
        base = self.base
        parts = {"journal": self.holder.journal, "vouchers": self.holder.vouchers}
        rest = {"discloser": self.discloser(), "notary": self.notary, "keys": base.keyring}
        return Settling(
            **{
                **parts,
                **rest,
                "view": base.view,
                "clock": base.clock,
                "workers": base.workers,
                "restoration": base.restoration,
                "superseded": self.holder.superseded,
                "claimed": self.holder.claimed,
                **other,
            }
        )

    def doors(self, **other: Any) -> Doors:
        parts = {
            "me": self.id,
            "post": self.post,
            "notary": self.notary,
            "asked": self.requester.journals.asked,
        }
        rest = {"collector": self.requester.collector, "settling": self.holder.settling}
        rest |= {"handing": self.audited.handing, "decoys": self.requester.decoys}
        rest |= {"proving": self.accounts.proving, "reporting": self.accounts.reporting}
        rest |= {"recalling": self.accounts.recalling}
        return Doors(
            **{
                **parts,
                **rest,
                "vouchers": self.holder.vouchers,
                "express": self.holder.express,
                "view": self.base.view,
                "clock": self.base.clock,
                "received": nothing,
                "contacts": Contacts(),
                **other,
            }
        )

    def submission(self, **other: Any) -> Submission:
        base = self.base
        policy = AskingPolicy(
            default_purpose=1, default_deadline_s=120, express_deadline_ms=60_000, batch_size=1000
        )
        parts = {"me": self.id, "policy": policy, "journal": self.requester.journals.asked}
        rest = {"notary": self.notary, "view": base.view, "clock": base.clock, "workers": base.workers}
        rest |= {"references": base.references, "launch": self.requester.express.launch}
        rest["budget"] = OwnBudget(
            me=self.id,
            view=base.view,
            clock=base.clock,
        )
        return Submission(**{**parts, **rest, "submitted": nothing, **other})

    def committing(self, **other: Any) -> Committing:
        base = self.base
        parts = {"me": self.id, "journal": self.requester.journals.asked, "ledger": base.contracts.queries}
        rest = {"lane": base.lane, "view": base.view, "changed": nothing}
        return Committing(**{**parts, **rest, **other})

    def collector(self, **other: Any) -> Collector:
        base, journals = self.base, self.requester.journals
        parts = {"me": self.id, "journals": Journals(asked=journals.asked, replies=journals.replies)}
        parts["reminders"] = self.requester.reminders
        parts["reordering"] = reordering_of(base, self.id, self.requester)
        parts["judge"] = Judge(me=self.id, notary=self.notary, view=base.view, workers=base.workers)
        rest = {"receipts": self.requester.receipts, "view": base.view, "clock": base.clock}
        return Collector(**{**parts, **rest, "changed": nothing, **other})

    def voucher_book(self, **other: Any) -> VoucherBook:
        parts = {"me": self.id, "journal": self.requester.journals.charges}
        adoption = Adoption(
            me=self.id,
            charges=self.requester.journals.charges,
            disputes=DisputeJournal(self.base.database),
            restoration=self.base.restoration,
            counterparties=self.courier,
            notary=self.notary,
            view=self.base.view,
        )
        rest = {"adoption": adoption, "notary": self.notary, "view": self.base.view}
        return VoucherBook(**{**parts, **rest, **other})

    def receipts(self, **other: Any) -> Receipts:
        journals = self.requester.journals
        parts = {
            "me": self.id,
            "asked": journals.asked,
            "journal": journals.receipts,
            "replies": journals.replies,
        }
        rest = {"lane": self.voucher_book(), "notary": self.notary, "courier": self.courier}
        rest["grievances"] = self.requester.disputing
        return Receipts(**{**parts, **rest, "view": self.base.view, "changed": nothing, **other})

    async def hear(self, arrival: Arrival) -> None:
        """As a daemon does, but for the rounds, which the tests take themselves."""
        await self.base.clock.tell()
        await self.holder.answering.note(fact for fact in arrival.facts if isinstance(fact, Committed))

    @property
    def snapshots(self) -> DatasetSnapshots:
        return DatasetSnapshots(self.holder.dataset)

    async def imports(self, *phones: str) -> None:
        """Import these numbers, each with one item."""
        lines = [
            "type,value,category,reason",
            *(f"phone,{value},telecom_fraud,disposable_contact" for value in phones),
        ]

        async def chunks() -> AsyncIterator[bytes]:
            yield "\n".join(lines).encode()

        async def report(_: object) -> None:
            """Every line is good."""

        summary = await self.holder.dataset.import_lines(
            chunks(),
            form=ImportFormat.CSV,
            defaults=Defaults(today=self.base.clock.chain_time() // A_DAY),
            report=report,
        )
        assert summary.skipped == 0

    async def publishes(self) -> None:
        """Bring what changed to the chain, and read it from there."""
        publishing = asyncio.create_task(self.holder.publisher.publish())
        while not publishing.done():
            await self.base.stream.poll()
            await asyncio.sleep(0.01)
        await publishing
