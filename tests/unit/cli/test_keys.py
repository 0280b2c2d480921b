"""`riskmesh keys` and `riskmesh leave`: what is ordered of the daemon, and what the governance key signs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.cli.exits import ExitCode
from oracle.cli.orders import order_digest, read_order
from oracle.crypto.key_files import open_governance
from oracle.crypto.signing import recover

Command = Callable[..., Any]


@pytest.fixture
def governance(home: Path, rooms: Any) -> str:
    """The account of the key in the institution's folder, whose orders they are."""
    rooms.signer = open_governance(home / "keys", "a throw-away phrase").address
    return str(rooms.signer)


@pytest.mark.usefixtures("rooms")
def test_keys__listed__show_which_count_and_which_are_only_prepared(riskmesh: Command, home: Path) -> None:
    printed = riskmesh("keys", "list", "--home", home).out

    assert [word for word in ("replaced", "current", "prepared", "2023-11-15") if word not in printed] == []


@pytest.mark.parametrize("kind", ["sealing", "oprf", "certificate"])
@pytest.mark.parametrize(
    ("options", "grace_s"), [((), None), (("--grace", "60"), 60), (("--compromised",), 0)]
)
def test_rotate__a_key_of_the_operator__is_done_by_the_daemon(
    *, riskmesh: Command, home: Path, rooms: Any, kind: str, options: tuple[str, ...], grace_s: int | None
) -> None:
    ran = riskmesh("keys", "rotate", kind, *options, "--home", home)

    assert ran.code == 0, ran.err
    assert rooms.done == [(kind, grace_s)]
    assert ("tagged anew" in ran.out + ran.err) is (kind == "oprf")


@pytest.mark.parametrize(
    "arguments",
    [
        ("sealing", "--grace", "5", "--compromised"),
        ("sealing", "--order-out", "order.json"),
        ("certificate", "--signed", "signed.json"),
        ("nonsense",),
    ],
)
def test_rotate__with_options_that_do_not_fit__changes_nothing(
    riskmesh: Command, home: Path, rooms: Any, arguments: tuple[str, ...]
) -> None:
    assert riskmesh("keys", "rotate", *arguments, "--home", home).code == ExitCode.USAGE
    assert rooms.done == []


def test_rotate_operator__with_the_governance_key_at_hand__is_signed_and_carried_out(
    riskmesh: Command, home: Path, rooms: Any, governance: str
) -> None:
    ran = riskmesh("keys", "rotate", "operator", "--compromised", "--home", home)

    assert ran.code == 0, ran.err
    ((kind, version, grace_s, signature),) = rooms.done
    assert (kind, version, grace_s, len(signature)) == ("operator", 2, 0, 65)
    assert governance


def test_rotate_operator__signed_elsewhere__travels_as_two_files(
    riskmesh: Command, home: Path, rooms: Any, governance: str
) -> None:
    order, signed = home / "order.json", home / "signed.json"

    written = riskmesh("keys", "rotate", "operator", "--order-out", order, "--home", home)
    assert written.code == 0, written.err
    assert rooms.done == []
    early = riskmesh("keys", "rotate", "operator", "--signed", order, "--home", home)
    assert (early.code, rooms.done) == (ExitCode.USAGE, [])
    assert riskmesh("keys", "sign", order, "--out", signed, "--home", home).code == 0
    parsed, signature = read_order(signed)
    assert signature is not None
    assert recover(order_digest(parsed), signature) == governance
    carried = riskmesh("keys", "rotate", "operator", "--signed", signed, "--home", home)

    assert carried.code == 0, carried.err
    assert rooms.done == [("operator", 2, 86_400, signature)]


@pytest.mark.usefixtures("rooms")
def test_sign__an_order_of_another_account_or_no_order__signs_nothing(riskmesh: Command, home: Path) -> None:
    order, signed = home / "order.json", home / "signed.json"
    riskmesh("keys", "rotate", "operator", "--order-out", order, "--home", home)

    foreign = riskmesh("keys", "sign", order, "--out", signed, "--home", home)
    order.write_text(json.dumps({"order": 1}))
    broken = riskmesh("keys", "sign", order, "--out", signed, "--home", home)

    assert (foreign.code, broken.code) == (ExitCode.MISCONFIGURED, ExitCode.USAGE)
    assert "governance.json" in foreign.err
    assert not signed.exists()


def test_endpoint__moved__is_registered_and_the_configuration_is_named(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    ran = riskmesh("keys", "endpoint", "https://risk.bank-a.example:8443", "--home", home)

    assert ran.code == 0, ran.err
    assert rooms.done == [("endpoint", "https://risk.bank-a.example:8443")]
    assert "peer.endpoint" in ran.out + ran.err


def test_leave__without_confirmation__does_not_happen(
    riskmesh: Command, home: Path, rooms: Any, governance: str
) -> None:
    ran = riskmesh("leave", "--home", home)

    assert (ran.code, rooms.done) == (ExitCode.USAGE, [])
    assert "--for-ever" in ran.err
    assert governance


def test_leave__confirmed__is_signed_by_the_governance_key(
    riskmesh: Command, home: Path, rooms: Any, governance: str
) -> None:
    ran = riskmesh("leave", "--for-ever", "--home", home)

    assert ran.code == 0, ran.err
    ((kind, signature),) = rooms.done
    assert (kind, len(signature)) == ("leave", 65)
    assert "Member 1 has left in block 9" in ran.out
    assert governance


def test_leave__signed_elsewhere__takes_an_order_to_leave_and_no_other(
    riskmesh: Command, home: Path, rooms: Any, governance: str
) -> None:
    order, signed, other = home / "order.json", home / "signed.json", home / "other.json"
    assert riskmesh("leave", "--order-out", order, "--home", home).code == 0
    assert riskmesh("keys", "sign", order, "--out", signed, "--home", home).code == 0
    riskmesh("keys", "rotate", "operator", "--order-out", other, "--home", home)

    wrong = riskmesh("leave", "--for-ever", "--signed", other, "--home", home)
    assert (wrong.code, rooms.done) == (ExitCode.USAGE, [])
    ran = riskmesh("leave", "--for-ever", "--signed", signed, "--home", home)

    assert ran.code == 0, ran.err
    assert [kind for kind, _ in rooms.done] == ["leave"]
    assert governance
