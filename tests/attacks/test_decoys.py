"""Decoys from an auditor's list through a member's batches back to it, on a real chain with real members."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED, Conversation, phone
from attacks.member import InProcess
from attacks.office import Office, office_settings

from oracle.auditing.codec import encode_dossier
from oracle.auditing.decoy_file import DecoyFile, decode_decoy_file, encode_decoy_file
from oracle.chain.transactions import Order
from oracle.crypto.signing import Signer, generate_signing_key
from oracle.domain.audits import CaseKind, CaseState
from oracle.domain.ids import BatchId
from oracle.domain.reports import ProofResult, RawSubject
from oracle.peer.bodies.elements import unpack_elements
from oracle.peer.decoys import encode_ticket, parse_ticket, ticket_digest
from oracle.peer.errors import PeerBusy, PeerRefused
from oracle.peer.statements import parse_request
from oracle.rules.vouchers import Totals
from oracle.store.planted import Planted, PlantedState

EPOCH_S, TRIES = 100_000, 60
MILLION = 1_000_000


class Planter:
    """An auditor with one value to plant, at a bank that lets half of what it asks be decoys."""

    def __init__(self, office: Office, talk: Conversation) -> None:
        self.office = office
        self.talk = talk
        self.now = int(time.time())
        talk.bank.requester.decoys._percent = 50  # noqa: SLF001 - the setting

    async def round(self) -> None:
        await self.office.at_work.stream.poll()
        await self.office.at_work.planting.round(self.now)
        await self.office.at_work.stream.poll()

    async def planted(self) -> Planted:
        """With the bank, which is chosen by chance."""
        for _ in range(TRIES):
            await self.round()
            for one in await self.of(PlantedState.HANDED):
                if one.member == self.talk.bank.id:
                    return one
            self.now += 1
        raise AssertionError("the bank was never chosen")

    async def of(self, state: PlantedState) -> list[Planted]:
        journal = self.office.at_work.planting._journal  # noqa: SLF001 - to look
        return [one for one in await journal.all(state) if one.member == self.talk.bank.id]

    async def asked(self) -> BatchId:
        """The bank lets it follow a query of its own, and the holder answers both."""
        decoys, asked = self.talk.bank.requester.decoys, self.talk.bank.requester.journals.asked
        await self.talk.whole(HELD, MISSED)
        (one,) = await self.of(PlantedState.HANDED)
        for _ in range(TRIES):
            decoys._followed = ""  # noqa: SLF001 - as after a restart
            await decoys.round()
            for batch in await asked.batches_of(one.decoy_id.hex()[:32]):
                await self.talk.bank.requester.committing.round()
                await self.talk.read_chain()
                await self.talk.answer()
                await self.talk.judge()
                await self.talk.settle()
                return batch.batch_id
        raise AssertionError("the decoys were never asked about")


@pytest.fixture
async def plants(
    talk: Conversation, govern: Callable[[Order], None], tmp_path: Path, chain: Chain
) -> AsyncIterator[Callable[..., object]]:
    """Opens the only auditor with this number in its list."""
    bank = talk.bank
    async with AsyncExitStack() as stack:

        async def opened(number: int) -> Planter:
            deployment = bank.base.settings.chain.deployment
            settings = office_settings(tmp_path / "auditor", rpc=chain.url, deployment=deployment)
            settings.decoys.file.write_text(f"phone,{phone(number)}\n")
            settings = replace(settings, decoys=replace(settings.decoys, most=1, every_s=1))
            office = Office(settings, stack)
            govern(bank.base.contracts.audits.appoint(office.keys.operator_address(), office.papers()))
            govern(bank.base.contracts.parameters.set("audit_sample_ppm", MILLION))
            await office.open()
            await talk.read_chain()
            return Planter(office, talk)

        yield opened


async def test_decoy__that_a_holder_lists__opens_a_case_against_it_that_the_evidence_proves(
    plants: Callable[..., object], talk: Conversation
) -> None:
    planter = await plants(HELD)
    await planter.planted()
    await planter.office.open()  # its restart
    await planter.asked()

    await planter.round()

    (one,) = await planter.of(PlantedState.HIT)
    assert one.holders == (talk.holder.id,)
    view = planter.office.at_work.stream.view
    (case,) = view.audits.cases.values()
    assert (case.kind, case.accused, case.opener) == (CaseKind.CAUSE, talk.holder.id, None)
    assert case.subject == one.evidence[-32:]
    report = await planter.office.at_work.auditor._recomputing.report(one.evidence)  # noqa: SLF001 - anyone's
    (folder,) = (folder for folder in report.holders if folder.holder == talk.holder.id)
    assert folder.hits == (0,)
    assert [line.value for line in report.elements] == [phone(HELD)]
    await planter.round()
    await planter.office.open()
    await planter.round()
    assert len(planter.office.at_work.stream.view.audits.cases) == 1


async def test_decoy__that_nobody_lists__is_clean_and_the_member_paid_for_the_answer_alone(
    plants: Callable[..., object], talk: Conversation
) -> None:
    planter = await plants(MISSED)
    await planter.planted()
    batch_id = await planter.asked()

    await planter.round()

    (one,) = await planter.of(PlantedState.CLEAN)
    assert planter.office.at_work.stream.view.audits.cases == {}
    assert phone(MISSED).encode() in one.evidence
    charge = await talk.bank.requester.journals.charges.charge_of(talk.holder.id, batch_id)
    assert charge == Totals(queries=1, hits=0, amount=1)
    state = await talk.bank.requester.desk.query_state(one.decoy_id.hex()[:32])
    assert (state.summary.asked, state.results) == (0, ())
    assert (await talk.accepted()).queries == 3


async def test_decoy_batch__that_a_holder_gets__has_the_form_of_the_banks_own(
    plants: Callable[..., object], talk: Conversation
) -> None:
    planter = await plants(HELD)
    await planter.planted()
    batch_id = await planter.asked()
    asked, journal = talk.bank.requester.journals.asked, talk.holder.holder.journal
    own, decoy = await talk.batch(), await asked.batch(batch_id)
    assert decoy is not None

    ours, planted = (parse_request(one.content.statement).value for one in (own, decoy))

    assert (planted.mode, planted.purpose, planted.requester) == (ours.mode, ours.purpose, ours.requester)
    assert planted.deadline - planted.issued_at == ours.deadline - ours.issued_at
    assert len({planted.nonce, ours.nonce, planted.case_commitment, ours.case_commitment}) == 4
    of_own, of_decoy = unpack_elements(own.content.elements), unpack_elements(decoy.content.elements)
    assert {one.prefix_bits for one in of_decoy} == {one.prefix_bits for one in of_own}
    for one in (own, decoy):
        answered = await journal.batch(talk.bank.id, one.batch_id)
        assert answered is not None
        assert answered.answer is not None


async def test_draw__on_a_decoy_batch__is_answered_with_the_ticket_and_dismissed(
    plants: Callable[..., object], talk: Conversation, later: Callable[[int], None]
) -> None:
    planter = await plants(HELD)
    later(EPOCH_S)
    await talk.read_chain()
    await planter.planted()
    batch_id = await planter.asked()
    later(EPOCH_S)
    office, bank = planter.office, talk.bank
    for _ in range(4):
        await office.round()
    await bank.base.stream.poll()
    await bank.audited.answering.round()
    await bank.base.stream.poll()

    await office.round()

    cases = office.at_work.stream.view.audits.cases.values()
    found = {case.subject: case for case in cases if case.kind is CaseKind.DRAWN}
    assert set(found) == {talk.batch_id, batch_id}
    now = office.at_work.stream.view.now
    assert found[batch_id].state(now) is CaseState.DISMISSED, await _reasons(office, found[batch_id].id)


async def _reasons(office: Office, case_id: bytes) -> bytes:
    examined = await office.at_work.journal.of(case_id)
    return b"" if examined is None else examined.reasons


async def test_batch__called_decoys_without_a_ticket_of_an_auditor__speaks_against_who_asked(
    plants: Callable[..., object], talk: Conversation
) -> None:
    planter = await plants(HELD)
    one = await planter.planted()
    batch_id = await planter.asked()
    bank, verifier = talk.bank, planter.office.at_work.auditor._recomputing  # noqa: SLF001 - as is
    shown = decode_decoy_file(await bank.audited.answering._gathering.file(batch_id))  # noqa: SLF001 - as is
    assert shown is not None
    ticket, signature = parse_ticket(shown.ticket)
    domain = bank.requester.decoys._domain  # noqa: SLF001 - as is
    forged = Signer(generate_signing_key()).sign(ticket_digest(ticket, domain))
    own = await bank.audited.answering._gathering.dossier(talk.batch_id)  # noqa: SLF001 - as is
    hidden = encode_dossier(replace(own, opened=()))

    async def holds(file: bytes) -> bool:
        report = await verifier.report(file)
        return next(line for line in report.checks if line.name == "openings").result is ProofResult.PASSED

    assert await holds(encode_decoy_file(shown))
    stranger = DecoyFile(ticket=encode_ticket(ticket, forged), dossier=shown.dossier)
    assert not await holds(encode_decoy_file(stranger))
    assert not await holds(encode_decoy_file(DecoyFile(ticket=shown.ticket, dossier=hidden)))
    assert not await holds(hidden), "a hit that is not claimed would hide in it"
    assert signature != forged
    assert one.ticket == shown.ticket


@pytest.mark.parametrize("kind", ["another member", "another time", "no auditor", "twice one element"])
async def test_ticket__that_does_not_count__is_refused(
    plants: Callable[..., object], talk: Conversation, holder: InProcess, kind: str
) -> None:
    planter = await plants(HELD)
    one = await planter.planted()
    ticket, _ = parse_ticket(one.ticket)
    signer = planter.office.keys.operator()
    match kind:
        case "another member":
            ticket = replace(ticket, member=holder.id)
        case "another time":
            ticket = replace(ticket, at=ticket.at - 3_600)
        case "no auditor":
            signer = Signer(generate_signing_key())
        case _:
            ticket = replace(ticket, elements=2 * ticket.elements)
    domain = talk.bank.requester.decoys._domain  # noqa: SLF001 - as is
    raw = encode_ticket(ticket, signer.sign(ticket_digest(ticket, domain)))

    with pytest.raises(PeerRefused) as refused:
        await planter.office.at_work.planting._lines.hand_decoys(talk.bank.id, raw)  # noqa: SLF001 - its line

    assert refused.value.peer_code == "decoys_refused"


async def test_decoys__more_than_a_member_takes_or_beyond_its_share__wait(
    plants: Callable[..., object], talk: Conversation
) -> None:
    planter = await plants(MISSED)
    one = await planter.planted()
    ticket, _ = parse_ticket(one.ticket)
    signer, lines = planter.office.keys.operator(), planter.office.at_work.planting._lines  # noqa: SLF001
    decoys = talk.bank.requester.decoys
    for later_s in range(1, 4):
        again = replace(ticket, at=ticket.at + later_s)
        signed = signer.sign(ticket_digest(again, decoys._domain))  # noqa: SLF001 - as is
        await lines.hand_decoys(talk.bank.id, encode_ticket(again, signed))
    await lines.hand_decoys(talk.bank.id, one.ticket)

    fifth = replace(ticket, at=ticket.at + 4)
    signed = signer.sign(ticket_digest(fifth, decoys._domain))  # noqa: SLF001 - as is
    with pytest.raises(PeerBusy) as busy:
        await lines.hand_decoys(talk.bank.id, encode_ticket(fifth, signed))

    assert busy.value.peer_code == "decoys_wait"
    await talk.ask(MISSED)
    asked = talk.bank.requester.journals.asked
    for _ in range(10):
        decoys._followed = ""  # noqa: SLF001 - as after a restart
        await decoys.round()
    assert len(await asked.query_ids(limit=10)) == 1, "one decoy for one own element is more than half"
    await talk.ask(HELD, subjects=(RawSubject(type="phone", value=phone(5)),))
    for _ in range(40):
        decoys._followed = ""  # noqa: SLF001 - as above
        await decoys.round()
    assert len(await asked.query_ids(limit=10)) == 3, "three own elements leave room for one decoy"
