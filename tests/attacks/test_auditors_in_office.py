"""An auditor's keys change while members have the old ones; who withholds a seed loses its office."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attacks.conftest import Chain
from attacks.conversation import HELD, Conversation
from attacks.member import PASSPHRASE, InProcess
from attacks.office import LIGHT, Office, office_settings

from oracle.chain.transactions import Order
from oracle.config.auditor import AuditorSettings
from oracle.crypto.errors import SealBroken
from oracle.crypto.key_files import KeyName, add_version
from oracle.crypto.sealing import seal
from oracle.domain.reports import KeyKind
from oracle.wiring.auditor_keys import add_auditor_key, auditor_keys

EPOCH_S = 100_000
A_WEEK = 7 * 86_400
Open = Callable[..., Any]


@pytest.fixture
async def offices(
    bank: InProcess, govern: Callable[[Order], None], tmp_path: Path, chain: Chain
) -> AsyncIterator[Open]:
    """Opens auditors by name, appointed, with every batch drawn."""
    govern(bank.base.contracts.parameters.set("audit_sample_ppm", 1_000_000))
    async with AsyncExitStack() as stack:

        async def opened(name: str) -> Office:
            deployment = bank.base.settings.chain.deployment
            made = Office(office_settings(tmp_path / name, rpc=chain.url, deployment=deployment), stack)
            govern(bank.base.contracts.audits.appoint(made.keys.operator_address(), made.papers()))
            await made.open()
            return made

        yield opened


@pytest.fixture
def later(chain: Chain) -> Callable[[int], None]:
    def pass_time(seconds: int) -> None:
        chain.call("evm_increaseTime", seconds)
        chain.call("evm_mine")

    return pass_time


def added(settings: AuditorSettings, *names: KeyName) -> None:
    for name in names:
        add_version(settings.keys.folder, name, PASSPHRASE, common_name=settings.name, work_factor=LIGHT)


async def test_keys__added_to_the_folder__are_registered_and_an_audit_goes_on_with_them(
    talk: Conversation, offices: Open, later: Callable[[int], None]
) -> None:
    office = await offices("auditor")
    later(EPOCH_S)
    await talk.read_chain()
    await talk.whole(HELD)
    later(EPOCH_S)
    for _ in range(4):
        await office.round()
    bank, view = talk.bank, office.at_work.stream.view
    await bank.base.stream.poll()
    await bank.audited.answering.round()
    replaced = office.keys.sealing_public()

    added(office.settings, KeyName.SEALING, KeyName.TLS)
    await office.at_work.auditor._keys.follow()  # noqa: SLF001 - what a round begins with
    await office.round()

    (case,) = view.audits.cases.values()
    registered = view.audits.auditors[office.keys.operator_address()]
    assert registered.sealing_key != replaced
    assert registered.certificate != office.keys.certificate
    assert case.verdicts == (), "the bank has not read of the new certificate"
    opened = office.at_work.auditor._keys.open(seal(replaced, b"on its way", b""), b"")  # noqa: SLF001 - as above
    assert opened == b"on its way"

    await bank.base.stream.poll()
    await office.open()
    (case,) = office.at_work.stream.view.audits.cases.values()
    assert case.verdicts == ((office.keys.operator_address(), False),)


async def test_keys__that_the_chain_has_and_the_folder_has_not__bring_no_older_ones_back(
    bank: InProcess, offices: Open
) -> None:
    office = await offices("auditor")
    audits, keys = bank.base.contracts.audits, office.keys
    elsewhere = audits.rotate_auditor_keys(1, b"\x07" * 32, keys.certificate)
    await office.at_work.lane.execute("elsewhere", elsewhere)

    await office.open()
    await office.round()

    view = office.at_work.stream.view
    assert view.audits.auditors[keys.operator_address()].sealing_key == b"\x07" * 32
    with pytest.raises(SealBroken):
        office.at_work.auditor._keys.open(b"\x00" * 80, b"")  # noqa: SLF001 - to look


async def test_command__for_the_next_key__waits_until_the_one_before_is_registered(offices: Open) -> None:
    office = await offices("auditor")

    assert await add_auditor_key(office.settings, PASSPHRASE, KeyKind.SEALING) == 2
    assert await add_auditor_key(office.settings, PASSPHRASE, KeyKind.SEALING) is None
    await office.open()
    await office.round()

    lines = await auditor_keys(office.settings, PASSPHRASE)
    assert [(line.kind, line.version, line.current) for line in lines] == [
        (KeyKind.SEALING, 1, False),
        (KeyKind.SEALING, 2, True),
        (KeyKind.CERTIFICATE, 1, True),
    ]


@pytest.mark.parametrize("strikes", [True, False])
async def test_auditor__that_withholds_its_seed__is_struck_off_by_another_where_it_may(
    *, offices: Open, later: Callable[[int], None], strikes: bool
) -> None:
    honest, other = await offices("honest"), await offices("other")
    honest.settings = replace(honest.settings, strike_off=strikes)
    await honest.open()
    withholding = other.keys.operator_address()
    later(2 * EPOCH_S)
    await honest.round()
    await honest.round()
    view = honest.at_work.stream.view
    assert len(view.audits.draws[1].revealed) == 1

    later(A_WEEK)
    for _ in range(3):
        await honest.round()

    assert (withholding in view.audits.auditors) is not strikes
    assert honest.keys.operator_address() in view.audits.auditors
    assert view.audits.draws[1].value is not None
    await honest.open()
    assert (withholding in honest.at_work.stream.view.audits.auditors) is not strikes
