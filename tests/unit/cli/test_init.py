"""`riskmesh init`: what it makes, and what it leaves alone."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.chain.applications import possession_context
from oracle.cli.consortium import read_application
from oracle.config.loading import load_settings
from oracle.crypto.keyring import open_keyring
from oracle.crypto.possession import verify_possession

Command = Callable[..., Any]

PASSPHRASE = "a throw-away phrase"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_init__in_a_new_folder__writes_a_configuration_that_loads(home: Path) -> None:
    settings = load_settings(home / "riskmesh.toml")
    assert settings.member.name == "Bank A"
    assert settings.peer.endpoint == "https://127.0.0.1:8443"
    assert settings.keys.folder == home / "keys"


def test_init__in_a_new_folder__keeps_keys_and_sockets_to_the_owner(home: Path) -> None:
    assert {name: mode(home / name) for name in (".", "keys", "data", "run")} == dict.fromkeys(
        (".", "keys", "data", "run"), 0o700
    )
    assert mode(home / "riskmesh.toml") == 0o600
    assert all(mode(path) == 0o600 for path in (home / "keys").iterdir())


def test_init__application__states_the_keys_of_the_folder(home: Path) -> None:
    application = read_application(home / "application.json")
    keyring = open_keyring(home / "keys", PASSPHRASE)
    assert application.name == "Bank A"
    assert application.operator == keyring.operator_address()
    assert application.sealing_key == keyring.sealing_public()
    assert application.certificate == keyring.certificate
    assert application.governance != application.operator


def test_init__application__proves_possession_for_the_governance_account(home: Path) -> None:
    application = read_application(home / "application.json")
    context = possession_context(application.governance)
    verify_possession(application.oprf_key, context, application.oprf_possession)


def test_init__a_second_time__refuses_and_changes_nothing(riskmesh: Command, home: Path) -> None:
    before = everything(home)
    ran = riskmesh(
        "init", "--name", "Bank X", "--home", home, "--endpoint", "https://x.example", "--light-keys"
    )
    assert ran.code == 3
    assert "already_initialised" in ran.err
    assert everything(home) == before


def test_init__keys_without_a_configuration__refuses_to_add_to_them(riskmesh: Command, home: Path) -> None:
    (home / "riskmesh.toml").unlink()
    (home / "application.json").unlink()
    before = everything(home)
    ran = riskmesh(
        "init", "--name", "Bank A", "--home", home, "--endpoint", "https://x.example", "--light-keys"
    )
    assert ran.code == 3
    assert everything(home) == before


@pytest.mark.parametrize(
    "wrong",
    [
        ("--endpoint", "http://plain.example"),
        ("--listen", "nowhere"),
        ("--rpc", "not a url"),
        ("--api-listen", "0.0.0.0:80"),
    ],
)
def test_init__an_unusable_option__makes_nothing_at_all(
    riskmesh: Command, folder: Path, wrong: tuple[str, str]
) -> None:
    options = {"--name": "Bank A", "--endpoint": "https://a.example", "--home": folder / "new"} | dict(
        [wrong]
    )
    ran = riskmesh("init", *(part for pair in options.items() for part in pair), "--light-keys")
    assert ran.code == 3
    assert not (folder / "new").exists()


def test_init__a_short_passphrase__is_refused_before_anything_is_made(
    riskmesh: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKMESH_PASSPHRASE", "short")
    ran = riskmesh("init", "--name", "A", "--home", folder / "new", "--endpoint", "https://a.example")
    assert (ran.code, "passphrase_weak" in ran.err) == (3, True)
    assert "short" not in ran.err.replace("shorter", "")
    assert not (folder / "new").exists()


def test_init__no_passphrase_and_nobody_to_ask__says_where_it_may_come_from(
    riskmesh: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKMESH_PASSPHRASE")
    ran = riskmesh("init", "--name", "A", "--home", folder / "new", "--endpoint", "https://a.example")
    assert ran.code == 3
    assert "RISKMESH_PASSPHRASE" in ran.err


def test_init__passphrase_file__stands_in_the_configuration(
    riskmesh: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RISKMESH_PASSPHRASE")
    secret = folder / "phrase"
    secret.write_text("another throw-away phrase\n")
    secret.chmod(0o600)
    new = folder / "new"
    ran = riskmesh(
        "init", "--name", "A", "--home", new, "--endpoint", "https://a.example", "--light-keys",
        "--passphrase-file", secret,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert load_settings(new / "riskmesh.toml").keys.passphrase_file == secret
    assert open_keyring(new / "keys", "another throw-away phrase").operator_address()


def test_init__json__names_what_was_made_and_no_secret(riskmesh: Command, folder: Path) -> None:
    ran = riskmesh(
        "init",
        "--name",
        "A",
        "--home",
        folder / "new",
        "--endpoint",
        "https://a.example",
        "--light-keys",
        "--json",
    )
    made = json.loads(ran.out)
    assert Path(made["application"]).is_file()
    assert set(made) == {"home", "configuration", "application", "governance", "operator"}
    assert PASSPHRASE not in ran.out + ran.err
