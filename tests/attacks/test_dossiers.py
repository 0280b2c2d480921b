"""A dossier recomputed with nothing but a node: honest ones pass, every lie in one is found."""

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from attacks.cheats import ClaimsNothing
from attacks.conftest import Chain
from attacks.conversation import HELD, MISSED, Conversation

from oracle.auditing.case_page import dossier_in, page_with, report_with
from oracle.auditing.codec import DossierDamaged, decode_dossier, encode_dossier
from oracle.auditing.dossier import Dossier, HolderPart
from oracle.cli.dossier_page import page
from oracle.cli.printing import json_text
from oracle.crypto.keccak import keccak256
from oracle.domain.asked import ReplyState
from oracle.domain.reports import DossierReport, Party, ProofResult
from oracle.wiring.dossiers import Verifier, build_gathering, open_verifier


@pytest.fixture
async def file(talk: Conversation) -> bytes:
    """One query between honest members, from question to record."""
    await talk.whole(HELD, MISSED)
    return await dossier_of(talk)


async def dossier_of(talk: Conversation) -> bytes:
    bank = talk.bank
    return encode_dossier(await build_gathering(bank.base, bank.requester).dossier(talk.batch_id))


@pytest.fixture
async def verifier(
    file: bytes,  # noqa: ARG001 - it reads the chain once the query is over
    talk: Conversation,
    chain: Chain,
) -> AsyncIterator[Verifier]:
    async with open_verifier([chain.url], talk.bank.base.settings.chain.deployment) as opened:
        yield opened


def flipped(data: bytes, place: int, bits: int) -> bytes:
    return data[:place] + bytes((data[place] ^ bits,)) + data[place + 1 :]


def forms(file: bytes, report: DossierReport) -> tuple[bytes, bytes, bytes]:
    """As a dossier, as a page, as a report in JSON."""
    return file, page_with(page(report), file), report_with(json_text(report), file)


def results(report: DossierReport) -> dict[tuple[int | None, str], ProofResult]:
    return {(line.holder, line.name): line.result for line in report.checks}


async def test_dossier__of_an_honest_query__passes_every_check(
    file: bytes, verifier: Verifier, talk: Conversation
) -> None:
    report = await verifier.report(file)

    assert report.failed == ()
    assert results(report) == {
        **{
            (None, name): ProofResult.PASSED
            for name in (
                *("consortium", "request", "commitment", "elements", "subjects", "openings"),
                *("prefixes", "purpose", "case reference"),
            )
        },
        **{
            (2, name): ProofResult.PASSED
            for name in (
                *("reply", "snapshot", "form", "paths", "proof", "hits", "receipt"),
                *("hits claimed", "claims", "voucher", "disclosures"),
            )
        },
    }
    (folder,) = report.holders
    (hit,) = folder.hits
    assert (folder.unclaimed, report.unclaimed) == ((), 0)
    assert folder.claimed == folder.hits == tuple({line.index for line in folder.disclosed})
    assert (folder.charge, folder.voucher_amount) == (102, 102)
    assert report.case_reference == "case 7"
    assert report.batch_id == "0x" + talk.batch_id.hex()
    assert report.elements[hit].value.endswith(f"{HELD:05d}")


async def test_dossier__of_the_same_batch_twice__has_the_same_bytes(file: bytes, talk: Conversation) -> None:
    assert await dossier_of(talk) == file


async def test_case_file__in_each_form__brings_the_same_dossier_along(
    file: bytes, verifier: Verifier
) -> None:
    report = await verifier.report(file)

    assert [dossier_in(one) for one in forms(file, report)] == [file] * 3


async def test_case_file__in_each_form_with_any_byte_changed__is_reported_as_damaged(
    file: bytes, verifier: Verifier
) -> None:
    for form in forms(file, await verifier.report(file)):
        for place in range(len(form)):
            with pytest.raises(DossierDamaged):
                decode_dossier(dossier_in(flipped(form, place, 1 << place % 8)))


async def test_page__with_another_text_and_a_seal_of_its_own__brings_its_dossier_along_all_the_same(
    file: bytes, verifier: Verifier
) -> None:
    """Whoever writes something else on a page cannot make it what its dossier is recomputed to."""
    report = await verifier.report(file)
    forged = page_with(page(report).replace("case 7", "case 8"), file)

    assert b"case 8" in forged
    assert (await verifier.report(dossier_in(forged))).case_reference == "case 7"


@pytest.mark.parametrize("seed", range(4))
async def test_dossier__changed_and_given_a_digest_of_its_own__fails_a_check(
    file: bytes, verifier: Verifier, seed: int
) -> None:
    """Whoever changes a byte and makes the digest anew still cannot make it fit signatures and chain."""
    choice = random.Random(seed)  # noqa: S311 - places to try
    content = file[:-32]
    for place in choice.sample(range(len(content)), 40):
        changed = flipped(content, place, 1 << choice.randrange(8))
        try:
            report = await verifier.report(changed + keccak256(changed))
        except DossierDamaged:
            continue
        assert report.failed, f"byte {place} may be changed unnoticed"


def _part(dossier: Dossier, **changes: Any) -> Dossier:
    (part,) = dossier.holders
    return replace(dossier, holders=(replace(part, **changes),))


def _without_claims(dossier: Dossier) -> HolderPart:
    (part,) = dossier.holders
    return replace(part, receipt=None, answer=None)


LIES: dict[str, tuple[Callable[[Dossier], Dossier], tuple[int | None, str], int | None]] = {
    "another case": (lambda one: replace(one, case_reference="case 8"), (None, "case reference"), 0),
    "another chain": (lambda one: replace(one, chain_id=1), (None, "consortium"), 0),
    "another subject": (
        lambda one: replace(one, opened=(replace(one.opened[0], subject=b"\x01+15550001"), *one.opened[1:])),
        (None, "openings"),
        None,
    ),
    "elements in another order": (
        lambda one: replace(one, elements=one.elements[37:] + one.elements[:37]),
        (None, "elements"),
        None,
    ),
    "no receipt": (lambda one: replace(one, holders=(_without_claims(one),)), (2, "receipt"), 1),
    "no reply behind the receipt": (
        lambda one: _part(one, reply=None, state=ReplyState.EXPIRED),
        (2, "receipt"),
        2,
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_dossier__with_a_lie_of_the_requester__fails_the_check_against_it(
    file: bytes, verifier: Verifier, lie: str
) -> None:
    change, check, unclaimed = LIES[lie]

    report = await verifier.report(encode_dossier(change(decode_dossier(file))))

    assert check in {(line.holder, line.name) for line in report.against_requester}
    assert report.unclaimed == unclaimed


async def test_dossier__without_a_holder__says_that_it_says_nothing(file: bytes, verifier: Verifier) -> None:
    report = await verifier.report(encode_dossier(replace(decode_dossier(file), holders=())))

    assert results(report)[2, "reply"] is ProofResult.NOT_APPLICABLE
    assert report.against_requester == ()


async def test_dossier__of_a_requester_that_reads_and_does_not_claim__is_against_it(
    talk: Conversation, chain: Chain
) -> None:
    await talk.ask(HELD, MISSED)
    await talk.answer()
    bank = talk.bank
    receipts = bank.receipts()
    receipts._writer = ClaimsNothing(  # noqa: SLF001 - the daemon's own writer, but for what it leaves out
        me=bank.id, lane=bank.voucher_book(), notary=bank.notary, view=bank.base.view
    )
    await bank.collector(receipts=receipts).judge_all()
    await talk.settle()

    async with open_verifier([chain.url], bank.base.settings.chain.deployment) as verifier:
        report = await verifier.report(await dossier_of(talk))

    assert [(line.holder, line.name) for line in report.failed] == [(2, "hits claimed")]
    assert report.failed[0].against is Party.REQUESTER
    (hit,) = report.holders[0].hits
    said = {line.name: line.why for line in report.checks if line.holder is not None}
    assert said["hits claimed"] == f"Read and not claimed: element {hit}."
    assert results(report)[2, "disclosures"] is ProofResult.NOT_APPLICABLE
    assert "not served" not in said, "the holder was not asked for the record, and said nothing of it"
    assert said["not answered"] == f"The holder's answer says nothing of element {hit}."
