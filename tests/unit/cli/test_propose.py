"""`riskmesh propose`: which calls of which contracts each command puts to the vote, and what it refuses."""

import json
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from oracle.chain.books.parameters import parameter_key
from oracle.chain.contracts import roles
from oracle.chain.deploy.parameters import PROTOCOL
from oracle.cli.exits import ExitCode
from oracle.crypto.keccak import keccak256
from oracle.crypto.tls import create_certificate
from oracle.domain.reports import CaseReason, CaseStanding
from oracle.rules.incentives import Stakes, temptations

Command = Callable[..., Any]
ACCOUNT = "0x52908400098527886E0F7030069857D2E4169EE7"
KEY = "0x" + "4f" * 32
CERTIFICATE = "0x" + create_certificate(b"\x07" * 32, "Supervision").hex()
PAPERS = {
    "account": ACCOUNT,
    "sealing_suite": 1,
    "sealing_key": KEY,
    "certificate": CERTIFICATE,
    "name": "Supervision",
}
APPOINTED = json.dumps([1, KEY, CERTIFICATE, "0x" + keccak256(b"Supervision").hex()])
TEMPTING = temptations(
    Stakes(
        **{field.name: PROTOCOL[field.name].default for field in fields(Stakes)}
        | {"unclaimed_hit_penalty": 2_000}
    ),
    others=3,
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("suspend", 3), ("MemberRegistry", "suspend", ("3",))),
        (("reinstate", 3), ("MemberRegistry", "reinstate", ("3",))),
        (("expel", 3), ("MemberRegistry", "expel", ("3",))),
        (("governance", 3, ACCOUNT), ("MemberRegistry", "replaceGovernance", ("3", ACCOUNT))),
        (
            ("parameter", "claim_window_s", 7200),
            ("ProtocolParameters", "set", ("0x" + parameter_key("claim_window_s").hex(), "7200")),
        ),
        (
            ("parameter", "code_lists_hash", "0xff"),
            ("ProtocolParameters", "set", ("0x" + parameter_key("code_lists_hash").hex(), "255")),
        ),
        (("parameter", "epoch_length_s", 86400), ("ProtocolParameters", "setEpochLength", ("86400",))),
        (("parameter", "voting_delay_s", 60), ("ConsortiumGovernor", "setVotingDelay", ("60",))),
        (("parameter", "voting_period_s", 60), ("ConsortiumGovernor", "setVotingPeriod", ("60",))),
        (("parameter", "quorum_percent", 60), ("ConsortiumGovernor", "updateQuorumNumerator", ("60",))),
        (("parameter", "timelock_delay_s", 60), ("ConsortiumTimelock", "updateDelay", ("60",))),
        (("prices", 2, 120), ("ProtocolParameters", "setPrices", ("2", "120"))),
        (
            ("grant", "MemberRegistry", "emergency", ACCOUNT),
            ("MemberRegistry", "grantRole", ("0x" + roles.EMERGENCY.hex(), ACCOUNT)),
        ),
        (
            ("revoke", "CreditLedger", "rebate", ACCOUNT),
            ("CreditLedger", "revokeRole", ("0x" + roles.REBATE.hex(), ACCOUNT)),
        ),
        (
            ("call", "CreditLedger", "setQualityLedger", ACCOUNT),
            ("CreditLedger", "setQualityLedger", (ACCOUNT,)),
        ),
        (("dismissal", ACCOUNT.lower()), ("AuditLedger", "dismiss", (ACCOUNT,))),
    ],
)
def test_propose__each_command__puts_one_call_to_the_vote(
    riskmesh: Command, home: Path, rooms: Any, arguments: tuple[object, ...], expected: tuple[object, ...]
) -> None:
    ran = riskmesh("propose", *arguments, "--home", home)

    assert ran.code == 0, ran.err
    assert rooms.put == [expected]
    assert "riskmesh vote 81230123456789 for" in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("parameter", "hit_fee", 5), "Fees change together"),
        (("parameter", "claim_windows", 5), "no parameter 'claim_windows'"),
        (("parameter", "quorum_percent", 101), "has to be from 1 to 100"),
        (("parameter", "timelock_delay_s", 5_184_001), "has to be from 0 to 5184000"),
        (("parameter", "claim_window_s", "soon"), "no whole number"),
        (("grant", "MemberRegistry", "emperor", ACCOUNT), "no role 'emperor'"),
        (("dismissal", "0x" + "00" * 20), "is no auditor"),
        (("appeal", "0x77"), "No case begins with '0x77'"),
        (("appeal", "0x"), "3 cases begin with '0x'"),
        (("appeal", "0x01"), "is answered: only upheld or dismissed ones"),
        (("appeal", "0xc0", "--found", 1), "came to 1 already"),
        (("appeal", "0xc0", "--found", 21), "another number up to 20"),
    ],
)
def test_propose__what_cannot_be__is_said_before_anything_is_proposed(
    riskmesh: Command, home: Path, rooms: Any, arguments: tuple[object, ...], why: str
) -> None:
    rooms.rule(0xC0, CaseStanding.UPHELD, appeal_by=int(time.time()) + 20_000)

    ran = riskmesh("propose", *arguments, "--home", home)

    assert ran.code == ExitCode.USAGE
    assert why in " ".join(ran.err.split())
    assert rooms.put == []


def test_propose__an_auditor_by_its_papers__puts_its_appointment_to_the_vote(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    file = home / "auditor.json"
    file.write_text(json.dumps(PAPERS))

    ran = riskmesh("propose", "auditor", file, "--home", home)

    assert ran.code == 0, ran.err
    assert rooms.put == [("AuditLedger", "appoint", (ACCOUNT, APPOINTED))]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sealing_key": "0x4f"}, "sealing_key"),
        ({"sealing_key": KEY[2:]}, "sealing_key"),
        ({"sealing_suite": 2}, "sealing_suite"),
        ({"certificate": "0x30"}, "not a self-signed one"),
        ({"account": "0x52"}, "account"),
        ({"more": 1}, "more"),
    ],
)
def test_propose__an_auditor_by_papers_that_cannot_be__is_refused(
    *, riskmesh: Command, home: Path, rooms: Any, changed: dict[str, object], why: str
) -> None:
    file = home / "auditor.json"
    file.write_text(json.dumps(PAPERS | changed))

    ran = riskmesh("propose", "auditor", file, "--home", home)

    assert ran.code == ExitCode.USAGE
    assert why in " ".join(ran.err.split())
    assert rooms.put == []


@pytest.mark.parametrize("standing", [CaseStanding.UPHELD, CaseStanding.DISMISSED])
@pytest.mark.parametrize(("left_s", "warned"), [(10_000, True), (20_000, False)])
def test_appeal__of_a_ruling__overturns_it_and_says_when_a_vote_comes_too_late(
    *, riskmesh: Command, home: Path, rooms: Any, standing: CaseStanding, left_s: int, warned: bool
) -> None:
    rooms.rule(0xC0, standing, appeal_by=int(time.time()) + left_s)

    ran = riskmesh("propose", "appeal", "0xC0c0", "--home", home)

    assert ran.code == 0, ran.err
    contrary = "0" if standing is CaseStanding.UPHELD else "1"
    assert rooms.put == [("AuditLedger", "overturn", ("0x" + "c0" * 32, contrary))]
    # Delay, vote and timelock of the alliance in memory last three hours together.
    assert ("A vote lasts longer" in " ".join((ran.out + ran.err).split())) is warned


def test_appeal__of_a_case_and_of_reports__is_one_proposal(riskmesh: Command, home: Path, rooms: Any) -> None:
    now = int(time.time())
    rooms.rule(0xC0, CaseStanding.UPHELD, appeal_by=now + 20_000)
    for number, left_s in ((0xD0, 20_000), (0xD1, 10_000)):
        rooms.rule(number, CaseStanding.UPHELD, appeal_by=now + left_s, reason=CaseReason.REPORT)

    ran = riskmesh("propose", "appeal", "0xc0", "0xd0", "0xd1", "--home", home)

    assert ran.code == 0, ran.err
    assert rooms.put == [
        ("AuditLedger", "overturn", ("0x" + "c0" * 32, "0")),
        ("QueryLedger", "overturnReport", ("2", "0x" + "d0" * 32)),
        ("QueryLedger", "overturnReport", ("2", "0x" + "d1" * 32)),
    ]
    # Of all that is carried out together or not at all, what ends first counts.
    assert "A vote lasts longer" in " ".join((ran.out + ran.err).split())


def test_calls__of_a_file__are_put_to_the_vote_together(riskmesh: Command, home: Path, rooms: Any) -> None:
    file = home / "calls.json"
    one = {"contract": "MemberRegistry", "function": "suspend", "arguments": ["2"]}
    file.write_text(json.dumps([one, one | {"arguments": ["3"]}]))

    ran = riskmesh("propose", "calls", file, "--title", "Two at once", "--home", home)

    assert ran.code == 0, ran.err
    assert [arguments for _, _, arguments in rooms.put] == [("2",), ("3",)]
    assert rooms.titles == ["Two at once"]


def test_parameter__that_leaves_cheating_to_pay__is_proposed_with_a_warning(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    rooms.temptations = TEMPTING
    command = ("propose", "parameter", "unclaimed_hit_penalty", 2_000, "--home", home)

    told, as_json = riskmesh(*command), riskmesh(*command, "--json")

    assert (told.code, as_json.code, len(rooms.put)) == (0, 0, 2)
    said = " ".join(told.out.split())
    assert "WARNING: once this is carried out, honesty is not the better choice." in said
    assert "from 1 hit of a batch on" in said
    assert "Set unclaimed_hit_penalty to 15,001 or more." in said
    (warned,) = as_json.json()["temptations"]
    assert (warned["cheat"], warned["from_hits"], warned["gain"]) == ("unclaimed_hits", 1, "389900")


@pytest.mark.parametrize("tempting", [True, False])
def test_params__in_force_that_leave_cheating_to_pay__are_listed_with_a_warning(
    riskmesh: Command, home: Path, rooms: Any, *, tempting: bool
) -> None:
    rooms.temptations = TEMPTING if tempting else ()

    told, as_json = riskmesh("params", "--home", home), riskmesh("params", "--home", home, "--json")

    assert ("WARNING (unclaimed_hit_penalty): Reading hits" in " ".join(told.out.split())) is tempting
    warned = [line["name"] for line in as_json.json() if line["warning"]]
    assert warned == (["unclaimed_hit_penalty"] if tempting else [])


@pytest.mark.parametrize(
    ("text", "why"), [(None, "Cannot read"), ("{", "is not a list of calls"), ("[]", "no call to propose")]
)
def test_calls__of_no_such_file_or_another_one__are_not_proposed(
    riskmesh: Command, home: Path, rooms: Any, text: str | None, why: str
) -> None:
    file = home / "calls.json"
    if text is not None:
        file.write_text(text)

    ran = riskmesh("propose", "calls", file, "--home", home)

    assert (ran.code, rooms.put) == (ExitCode.USAGE, [])
    assert why in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), ("claim_window_s", "3,600", "120 from", "2^64")),
        (("hit_fee",), ("120 from",)),
        (("code_lists_hash",), ("0x000000000",)),
    ],
)
def test_params__listed__show_value_bounds_and_what_is_to_come(
    *, riskmesh: Command, home: Path, rooms: Any, arguments: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert rooms.put == []
    ran = riskmesh("params", *arguments, "--home", home)

    assert ran.code == 0, ran.err
    assert [text for text in shown if text not in ran.out] == []


@pytest.mark.usefixtures("rooms")
def test_params__of_an_unknown_name__are_refused(riskmesh: Command, home: Path) -> None:
    assert riskmesh("params", "hit_fees", "--home", home).code == ExitCode.USAGE
