"""Joins dossiers to where a program has the chain from: a daemon's store, or a node and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from oracle.accounting.places import AnchorPlaces
from oracle.auditing.answering_cases import CaseAnswering
from oracle.auditing.codec import decode_dossier, dossier_digest
from oracle.auditing.decoy_checks import with_ticket
from oracle.auditing.decoy_file import decode_decoy_file
from oracle.auditing.desk import DossierDesk
from oracle.auditing.drawn import DrawnBatches
from oracle.auditing.gathering import Gathering
from oracle.auditing.picture import Addresses, ChainWitness, Picture
from oracle.auditing.presented_checks import Recomputed
from oracle.auditing.recomputing import recompute
from oracle.chain.blocks import ChainBlocks
from oracle.chain.connection import Patience, open_connection
from oracle.chain.decoding import log_decoder
from oracle.chain.deployment import DeploymentRecord, read_record
from oracle.chain.events import EventStream
from oracle.chain.in_memory import MemoryFactJournal
from oracle.chain.reading import RangeReader
from oracle.chain.view import AllianceView
from oracle.domain.errors import Broken
from oracle.domain.reports import DossierReport
from oracle.governing.audits import AuditsDesk
from oracle.governing.names import MemberNames
from oracle.wiring.decoys import decoy_journal
from oracle.wiring.foundation import Foundation
from oracle.wiring.journals import StoredFacts
from oracle.wiring.requester import Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Recomputes files against a chain that was read up to now."""

    witness: ChainWitness
    view: AllianceView
    known: tuple[str, ...]
    """Names that members may have; their hashes on the chain decide."""

    async def report(self, file: bytes) -> DossierReport:
        """Raises `DossierDamaged`."""
        return (await self.recomputed(file)).report

    async def recomputed(self, file: bytes) -> Recomputed:
        """As `report`, with what it was made of."""
        shown = decode_decoy_file(file)
        dossier = decode_dossier(file if shown is None else shown.dossier)
        picture = await self.picture(dossier.request)
        names = MemberNames(view=picture.now, known=self.known)
        # Curves take a while: not in the event loop. The picture's views are its own.
        report = await asyncio.to_thread(
            recompute, dossier, picture, digest=dossier_digest(file), name_of=names.name_of
        )
        if shown is not None:
            report = with_ticket(report, shown.ticket, dossier, picture)
        return Recomputed(dossier=dossier, picture=picture, report=report)

    async def picture(self, statement: bytes) -> Picture:
        """The chain as far as it was read, for the batch of this signed request."""
        head = self.view.head
        if head is None:
            raise Broken("a batch is recomputed before anything of the chain is read")
        return await self.witness.picture(statement, head)


def addresses_of(record: DeploymentRecord) -> Addresses:
    return Addresses(
        chain_id=record.chain_id,
        registry=record.address_of("MemberRegistry"),
        credits=record.address_of("CreditLedger"),
    )


def build_verifier(base: Foundation) -> Verifier:
    """From what this program has read of the chain."""
    witness = ChainWitness(
        addresses=addresses_of(base.record),
        facts=StoredFacts(base.facts),
        blocks=ChainBlocks(base.connection),
    )
    return Verifier(witness=witness, view=base.view, known=(*base.record.names, base.settings.member.name))


def build_gathering(base: Foundation, requester: Requester) -> Gathering:
    journals = requester.journals
    return Gathering(
        addresses=addresses_of(base.record),
        asked=journals.asked,
        replies=journals.replies,
        receipts=journals.receipts,
        anchors=requester.anchors,
        places=AnchorPlaces(requester.anchors),
        decoys=decoy_journal(base),
    )


def build_dossiers(
    base: Foundation, requester: Requester, *, audits: AuditsDesk, answering: CaseAnswering
) -> DossierDesk:
    return DossierDesk(
        gathering=build_gathering(base, requester),
        drawn=DrawnBatches(requester.anchors),
        recomputing=build_verifier(base),
        cases=audits,
        answering=answering,
        asked=requester.journals.asked,
        view=base.view,
    )


@asynccontextmanager
async def open_verifier(rpc: Sequence[str], deployment: Path) -> AsyncIterator[Verifier]:
    """From nodes alone: reads the chain from its deployment on, into memory."""
    record = read_record(deployment)
    journal = MemoryFactJournal()
    async with open_connection(tuple(rpc), Patience(), expected=record) as connection:
        stream = EventStream(
            connection=connection,
            journal=journal,
            reader=RangeReader(decoder=log_decoder(record)),
            first_block=record.block,
        )
        await stream.rebuild()
        await stream.poll()
        yield Verifier(
            witness=ChainWitness(
                addresses=addresses_of(record), facts=journal, blocks=ChainBlocks(connection)
            ),
            view=stream.view,
            known=record.names,
        )
