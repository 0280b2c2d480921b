"""Drawn audits on a real chain, from seed to settlement, of requesters that are honest and that are not."""

import secrets
import time

import pytest
from attacks.conversation import HELD, MISSED, Conversation
from attacks.member import InProcess
from attacks.office import Office
from attacks.trial import EPOCH_S, Trial, cheat

from oracle.crypto.keccak import keccak256
from oracle.crypto.tls import TlsIdentity, create_certificate
from oracle.domain.asked import BatchState
from oracle.domain.audits import CaseState
from oracle.peer.client import PeerClient
from oracle.peer.errors import PeerRefused, PeerUnreachable
from oracle.peer.limits import ClientLimits
from oracle.peer.openings import OpeningRequest, encode_opening_request, request_digest
from oracle.peer.reachable import ReachPolicy
from oracle.store.compaction import Compaction


async def test_audit__of_an_honest_requester__is_dismissed_and_costs_nothing(trial: Trial) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD, MISSED)
    balance = trial.talk.bank.base.view.balance(trial.talk.bank.id)

    case = await trial.drawn()
    assert (case.accused, case.subject) == (trial.talk.bank.id, trial.talk.batch_id)
    assert (await trial.answered()).answer is not None
    outcome = await trial.settled()

    assert outcome is CaseState.DISMISSED
    assert trial.talk.bank.base.view.balance(trial.talk.bank.id) == balance
    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert found.found == 0
    await trial.talk.bank.audited.answering.round()
    assert await opening_of(trial) is None, "it is kept after its case is over"


async def test_audit__of_a_requester_that_reads_and_does_not_claim__is_upheld(trial: Trial) -> None:
    await trial.next_epoch()
    await cheat(trial.talk)
    bank = trial.talk.bank
    balance = bank.base.view.balance(bank.id)

    case = await trial.drawn()
    await trial.answered()
    outcome = await trial.settled()

    assert outcome is CaseState.UPHELD
    names = ("breach_penalty", "unclaimed_hit_penalty")
    penalty = sum(bank.base.view.parameter(name).value for name in names)
    assert bank.base.view.balance(bank.id) == balance - penalty
    found = await trial.office.at_work.journal.of(case.id)
    assert found is not None
    assert found.found == trial.case.ruled == 1
    assert b"Read and not claimed" in found.reasons
    assert keccak256(found.reasons) == found.reason


async def test_audit__of_a_batch_whose_openings_are_lost__is_answered_with_the_loss(trial: Trial) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD)
    await Compaction(trial.talk.bank.base.database).batches({BatchState.DONE}, before=2**40, limit=10)

    await trial.drawn()
    assert (await trial.answered()).answer is not None
    outcome = await trial.settled()

    assert outcome is CaseState.UPHELD
    found = await trial.office.at_work.journal.of(trial.case.id)
    assert found is not None
    assert b"lost" in found.reasons
    assert found.found == trial.case.ruled == trial.case.most


async def test_audit__never_answered__is_upheld_by_silence(trial: Trial) -> None:
    await trial.next_epoch()
    await trial.talk.whole(MISSED)

    case = await trial.drawn()
    trial.later(case.answer_by - case.opened_at + case.appeal_window_s + 2)
    await trial.office.round()

    assert trial.case.outcome is CaseState.UPHELD
    assert trial.case.found(case.answer_by + 1) == case.most == 2


async def test_audit__answered_with_another_file_than_is_handed_over__waits_and_is_upheld(
    trial: Trial,
) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD)
    case = await trial.drawn()
    bank = trial.talk.bank
    await bank.base.stream.poll()
    await bank.base.lane.execute("other", bank.base.contracts.audits.answer(case.id, keccak256(b"other")))

    await trial.office.round()
    assert trial.case.verdicts == ()
    trial.later((case.decide_by - case.answer_by) * 3 // 4 + case.answer_by - case.opened_at + 1)
    await trial.office.round()

    assert trial.case.ruled == case.most


async def test_auditor__killed_after_each_step__goes_on_with_the_same_seed_and_verdict(trial: Trial) -> None:
    await trial.next_epoch()
    await cheat(trial.talk)
    trial.later(EPOCH_S)

    for _ in range(4):
        await trial.office.open()
    await trial.answered()
    await trial.office.open()
    await trial.office.open()

    assert trial.case.ruled
    draws = trial.office.at_work.stream.view.audits.draws
    assert all(draw.withheld == 0 for draw in draws.values() if draw.value is not None)


async def opening_of(trial: Trial) -> object:
    return await trial.talk.bank.audited.answering._journal.of(trial.case.id)  # noqa: SLF001 - to look


REQUESTS: dict[str, tuple[int, str]] = {
    "now by a member": (0, "no_auditor_in_office"),
    "an hour ago by the auditor": (-3_600, "opening_request_stale"),
}


@pytest.mark.parametrize("kind", REQUESTS)
async def test_opening__asked_for_with_a_request_that_does_not_count__is_not_given(
    trial: Trial, bank: InProcess, kind: str
) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD)
    case = await trial.drawn()
    await trial.answered()
    skew, code = REQUESTS[kind]
    request = OpeningRequest(case_id=case.id, part=0, at=int(time.time()) + skew)
    keys = trial.office.keys if "auditor" in kind else bank.base.keyring
    signed = keys.sign(request_digest(request, bank.id, bank.audited.handing._domain))  # noqa: SLF001 - as is

    async with line_of(trial.office.keys.tls_identity, bank) as client:
        with pytest.raises(PeerRefused) as refused:
            await client.fetch_opening(bank.id, encode_opening_request(request, signed))

    assert refused.value.peer_code == code


async def test_opening__asked_for_by_a_stranger_with_a_request_that_it_caught__is_not_given(
    trial: Trial, bank: InProcess
) -> None:
    await trial.next_epoch()
    await trial.talk.whole(HELD)
    case = await trial.drawn()
    await trial.answered()
    request = OpeningRequest(case_id=case.id, part=0, at=int(time.time()))
    domain = bank.audited.handing._domain  # noqa: SLF001 - as is
    caught = encode_opening_request(request, trial.office.keys.sign(request_digest(request, bank.id, domain)))
    secret = secrets.token_bytes(32)
    stranger = TlsIdentity(certificate=create_certificate(secret, "The auditor"), secret=secret)

    async with line_of(stranger, bank) as client:
        with pytest.raises(PeerUnreachable):
            await client.fetch_opening(bank.id, caught)


async def test_auditor__on_a_path_of_members__is_turned_away(talk: Conversation, office: Office) -> None:
    await talk.ask(HELD)
    await talk.bank.base.stream.poll()

    async with line_of(office.keys.tls_identity, talk.bank) as client:
        with pytest.raises(PeerRefused) as refused:
            await client.fetch_envelope(talk.bank.id, talk.batch_id)

    assert refused.value.peer_code == "caller_unknown"


def line_of(identity: TlsIdentity, bank: InProcess) -> PeerClient:
    """Knows every address and certificate, for the registry is public."""
    return PeerClient(identity, bank.base.registry, limits=ClientLimits(), reach=ReachPolicy(private=True))
