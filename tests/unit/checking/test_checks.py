"""Each check says what is right, what is wrong with what to do, and what it could not look at."""

import os
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from stage.founding import NAMES, keys_of, open_store

from oracle.chain.books.members import Status
from oracle.checking.account import Account
from oracle.checking.case import Case, NotLookedAt
from oracle.checking.certificate import Certificate
from oracle.checking.clock import Clock
from oracle.checking.configuration import Configuration
from oracle.checking.daemon import RunningDaemon
from oracle.checking.disk import Disk
from oracle.checking.incentives import Incentives
from oracle.checking.keys import Keys
from oracle.checking.membership import Membership
from oracle.checking.registered_keys import RegisteredKeys
from oracle.checking.result import Check, Result
from oracle.checking.running import CHECKS, run_checks
from oracle.checking.store import Store
from oracle.checking.versions import Versions
from oracle.config.errors import ConfigurationUnreadable
from oracle.domain.ids import Credits, MemberId
from oracle.domain.reports import CheckLine, CheckOutcome
from oracle.peer.version import PeerVersion

OK, WARNING, PROBLEM, SKIPPED = CheckOutcome


def _said(protocol: int = 1, program: str = "0.1.0", *, ahead_s: int = 0) -> PeerVersion:
    return PeerVersion(program=program, protocol=protocol, time=1_000 + ahead_s, asked_at=1_000)


async def test_configuration__no_file__is_the_problem_of_its_error(case: Case) -> None:
    with pytest.raises(ConfigurationUnreadable):
        await Configuration().look(case)


async def test_daemon__that_does_not_run__is_a_warning_with_the_command(case: Case) -> None:
    result = await RunningDaemon().look(case)

    assert (result.outcome, "riskmesh daemon run" in result.action) == (WARNING, True)
    assert case.daemon is None


async def test_disk__writable_and_roomy__is_ok_and_nothing_stays(case: Case, tmp_path: Path) -> None:
    result = await Disk().look(case)

    assert result.outcome in {OK, WARNING}
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a folder in memory holds up no loop


async def test_store__not_made_yet__is_ok_and_is_not_made(case: Case, tmp_path: Path) -> None:
    assert (await Store().look(case)).outcome is OK
    assert not (tmp_path / "data").exists()


async def test_store__of_this_version__names_its_schema(case: Case, tmp_path: Path) -> None:
    database = await open_store(tmp_path / "data" / "state.db")
    await database.close()

    assert (await Store().look(case)).outcome is OK


@pytest.mark.parametrize(("revision", "outcome"), [("0001", WARNING), ("9999", PROBLEM)])
async def test_store__of_another_version__is_named_and_left_as_it_is(
    case: Case, tmp_path: Path, revision: str, outcome: CheckOutcome
) -> None:
    import aiosqlite  # noqa: PLC0415 - another program's hand in the file

    path = tmp_path / "data" / "state.db"
    database = await open_store(path)
    await database.close()
    async with aiosqlite.connect(path) as raw:
        await raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        await raw.commit()

    result = await Store().look(case)

    assert (result.outcome, revision in result.found, result.action != "") == (outcome, True, True)
    async with aiosqlite.connect(path) as raw, raw.execute("SELECT version_num FROM alembic_version") as rows:
        assert await rows.fetchone() == (revision,)


async def test_keys__nobody_to_ask_for_the_pass_phrase__are_skipped_and_it_says_how(case: Case) -> None:
    case.unlock = lambda _: None

    result = await Keys().look(case)

    assert (result.outcome, "RISKMESH_PASSPHRASE" in result.action) == (SKIPPED, True)


async def test_membership__of_a_registered_member__is_found_by_its_operator(case: Case) -> None:
    case.member = None

    assert (await Membership().look(case)).found == "member 1, active"
    assert case.me.id == 1


async def test_membership__suspended__is_a_problem_but_the_member_is_known(case: Case) -> None:
    members = case.registry.members._members  # noqa: SLF001 - without a vote there is no other way
    members[MemberId(1)] = replace(members[MemberId(1)], statuses=((1, Status.SUSPENDED),))
    case.member = None

    result = await Membership().look(case)

    assert (result.outcome, "suspended" in result.found) == (PROBLEM, True)
    assert case.me.id == 1


async def test_incentives__of_a_deployment__are_ok_and_of_a_voted_price_a_warning(case: Case) -> None:
    assert (await Incentives().look(case)).outcome is OK
    book = case.registry.parameters
    book._prices.append(replace(book._prices[0], hit_fee=Credits(1_000)))  # noqa: SLF001 - what a vote does

    result = await Incentives().look(case)

    assert (result.outcome, "saves up to 1,500" in result.found) == (WARNING, True)
    assert "unclaimed_hit_penalty to 150,001" in result.action


async def test_registered_keys__the_folder_of_another_member__are_all_named(case: Case) -> None:
    assert (await RegisteredKeys().look(case)).outcome is OK
    case.keyring = keys_of(NAMES[1])[0]

    result = await RegisteredKeys().look(case)

    assert result.outcome is PROBLEM
    assert all(name in result.found for name in ("operator", "sealing", "OPRF"))


async def test_certificate__the_registered_one__is_ok(case: Case) -> None:
    assert (await Certificate().look(case)).outcome is OK


async def test_certificate__another_than_registered__is_a_problem(case: Case) -> None:
    case.keyring = keys_of(NAMES[1])[0]

    assert "no member will talk to this daemon" in (await Certificate().look(case)).found


async def test_certificate__registered_for_another_place__names_both(case: Case) -> None:
    case.settings = replace(
        case.configured, peer=replace(case.configured.peer, endpoint="https://risk.example.com")
    )

    result = await Certificate().look(case)

    assert result.outcome is PROBLEM
    assert "https://127.0.0.1:1443" in result.found
    assert "https://risk.example.com" in result.found


@pytest.mark.parametrize(("spent", "outcome"), [(0, OK), (1_000_001, WARNING), (1_100_000, PROBLEM)])
async def test_balance__above_below_zero_and_at_the_floor__are_told_apart(
    case: Case, spent: int, outcome: CheckOutcome
) -> None:
    assert case.registry.parameter("credit_floor").value == 100_000
    case.registry.credits._debit(MemberId(1), spent)  # noqa: SLF001 - what many redemptions do

    assert (await Account().look(case)).outcome is outcome


@pytest.mark.parametrize(
    ("block_age_s", "ahead_s", "outcome"),
    [(1, 0, OK), (1, 8, WARNING), (1, -90, PROBLEM), (-20, 0, PROBLEM), (300, 0, WARNING)],
)
async def test_clock__held_against_the_chain_and_members__is_judged_by_the_difference(
    case: Case, block_age_s: int, ahead_s: int, outcome: CheckOutcome
) -> None:
    head = case.registry.head
    assert head is not None
    case.registry.head = replace(head, timestamp=int(time.time()) - block_age_s)
    case.peers = {MemberId(2): _said(ahead_s=ahead_s), MemberId(3): _said(ahead_s=ahead_s)}

    assert (await Clock().look(case)).outcome is outcome


async def test_versions__another_protocol__is_a_warning_that_names_the_member(case: Case) -> None:
    case.peers = {MemberId(1): _said(), MemberId(2): _said(), MemberId(3): _said(protocol=2)}

    result = await Versions().look(case)

    assert (result.outcome, "3 (protocol 2)" in result.found) == (WARNING, True)


async def test_versions__nobody_asked__are_skipped(case: Case) -> None:
    assert (await Versions().look(case)).outcome is SKIPPED


def test_case__without_what_a_check_needs__says_what_that_is(case: Case) -> None:
    case.keyring = None

    with pytest.raises(NotLookedAt, match="keys that open"):
        _ = case.keys


async def test_run__nothing_but_a_missing_file__has_one_problem_and_skips_the_rest(case: Case) -> None:
    case.settings = case.keyring = case.record = case.view = case.member = None
    begun: list[str] = []
    ended: list[CheckLine] = []

    report = await run_checks(case, begun=begun.append, ended=ended.append)

    assert begun == [check.name for check in CHECKS]
    assert tuple(ended) == report.checks
    first, *others = report.checks
    assert (first.outcome, first.action != "") == (PROBLEM, True)
    assert {line.outcome for line in others} == {SKIPPED}
    assert not report.passed


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
async def test_check__of_any_kind__has_a_short_name_and_survives_a_bare_case(
    check: Check, case: Case
) -> None:
    assert 0 < len(check.name) <= 18
    case.settings = case.keyring = case.record = case.view = case.member = None
    with suppress(NotLookedAt, ConfigurationUnreadable):
        assert isinstance(await check.look(case), Result)
