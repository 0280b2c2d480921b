"""check, status, support-bundle and --version as people and scripts see them."""

import io
import logging
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from attacks.traces import readings

from oracle import __version__
from oracle.checking.running import CHECKS
from oracle.cli.exits import ExitCode
from oracle.crypto.key_files import KeyName, key_path
from oracle.crypto.keystore import read_secret
from oracle.telemetry.log_file import LogFile
from oracle.telemetry.logs import configure

Command = Callable[..., Any]
PASSPHRASE = "a throw-away phrase"
CREDENTIAL = "Zk7-hosted-node-word"


def test_version__asked_for__is_printed_alone(riskmesh: Command) -> None:
    ran = riskmesh("--version")

    assert (ran.code, ran.out) == (0, f"riskmesh {__version__}\n")


def test_check__of_a_fresh_folder__names_what_is_missing_and_ends_with_1(
    riskmesh: Command, home: Path
) -> None:
    ran = riskmesh("check", "--home", home)
    text = " ".join(ran.out.split())

    assert ran.code == ExitCode.REFUSED
    assert "deployment record problem" in text
    assert "set [chain] deployment to its path" in text
    assert "daemon warning No daemon answers" in text
    assert "keys ok all open" in text
    assert "1 problem" in text
    assert ran.err == ""


def test_check__as_json__has_every_check_and_nothing_else(riskmesh: Command, home: Path) -> None:
    ran = riskmesh("check", "--home", home, "--json")
    report = ran.json()

    assert (ran.code, report["passed"], report["version"]) == (1, False, __version__)
    assert [line["name"] for line in report["checks"]] == [check.name for check in CHECKS]
    assert ran.err == ""


def test_check__no_configuration__says_how_to_make_one(riskmesh: Command, folder: Path) -> None:
    ran = riskmesh("check", "--home", folder / "nowhere")

    assert ran.code == ExitCode.REFUSED
    assert "riskmesh init" in ran.out


def test_status__with_something_in_flight__says_what_for_whom_and_why(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    rooms.in_flight = 1

    text = " ".join(riskmesh("status", "--home", home).out.split())

    assert "In flight" in text
    assert "Bank B (2)" in text
    assert "reply" in text
    assert "Ready yes" in text


def test_status__more_in_flight_than_fit__says_how_many_are_left(
    riskmesh: Command, home: Path, rooms: Any
) -> None:
    rooms.in_flight = 25

    assert "5 more" in riskmesh("status", "--home", home).err


def test_status__not_ready__says_why(riskmesh: Command, home: Path, rooms: Any) -> None:
    rooms.not_ready = ("The dataset is not open yet.",)

    assert "no: The dataset is not open yet." in riskmesh("status", "--home", home).out
    assert riskmesh("status", "--home", home, "--json").json()["not_ready"] == [
        "The dataset is not open yet."
    ]


def test_bundle__secrets_wherever_they_can_be__are_in_none_of_its_documents(
    riskmesh: Command, home: Path, folder: Path, rooms: Any
) -> None:
    """A sample of tests/e2e/test_insight.py, which does it with daemons and real queries."""
    path, number = home / "riskmesh.toml", "46701234567"
    node = f"https://{CREDENTIAL}:{CREDENTIAL}@node.example:1/{CREDENTIAL}?key={CREDENTIAL}"
    path.write_text(path.read_text().replace("http://127.0.0.1:8545", node))
    riskmesh("query", "phone", "+" + number, "--case", CREDENTIAL, "--home", home)
    rooms.stored["phone", "+" + number] = object()
    log = LogFile(home / "log" / "riskmesh.log", size_bytes=10_000)
    configure(level=logging.INFO, as_json=True, stream=io.StringIO(), file=log)
    structlog.get_logger().error("asked about " + number, subject=number, exc_info=ValueError(CREDENTIAL))
    log.close()
    file = folder / "support.tar.gz"

    assert riskmesh("support-bundle", file, "--home", home).code == 0

    keys = {name: read_secret(key_path(home / "keys", name), PASSPHRASE) for name in KeyName}
    secrets = [*keys.values(), *(word.encode() for word in (PASSPHRASE, CREDENTIAL, number))]
    with tarfile.open(file) as archive:
        documents = {entry.name: archive.extractfile(entry) for entry in archive.getmembers()}
        found = {
            name: secret
            for name, document in documents.items()
            for text in readings(document.read() if document else b"")
            for secret in secrets
            if secret in text
        }
    assert found == {}
    assert any(secrets[0] in text for text in readings(secrets[0].hex().encode()))


@pytest.mark.usefixtures("rooms")
def test_bundle__beside_a_daemon__has_its_words_and_is_for_this_account_only(
    riskmesh: Command, home: Path, folder: Path
) -> None:
    file = folder / "support.tar.gz"

    ran = riskmesh("support-bundle", file, "--home", home)

    assert ran.code == 0, ran.err
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert {"README.txt", "check.json", "status.json", "waiting.json", "metrics.txt"} <= names
    assert riskmesh("support-bundle", file, "--home", home).code == ExitCode.USAGE


def test_bundle__with_nothing_there__says_what_is_missing(riskmesh: Command, folder: Path) -> None:
    file = folder / "support.tar.gz"

    ran = riskmesh("support-bundle", file, "--home", folder / "nowhere")

    assert ran.code == 0, ran.err
    with tarfile.open(file) as archive:
        content = archive.extractfile("riskmesh-support/missing.txt")
        assert content is not None
        assert b"riskmesh init" in content.read()
