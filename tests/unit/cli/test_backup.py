"""`riskmesh backup` and `riskmesh restore` as their operator meets them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_backup__restored_elsewhere__has_every_file_of_the_institution(
    riskmesh: Command, home: Path, folder: Path
) -> None:
    made = riskmesh("backup", folder / "bank-a.rmb", "--home", home)
    ran = riskmesh("restore", folder / "bank-a.rmb", "--home", folder / "again", "--json")

    assert (made.code, made.out) == (0, f"{folder}/bank-a.rmb holds 9 files of Bank A.\n")
    assert ran.code == 0, ran.err
    assert (ran.json()["manifest"]["member"], ran.json()["elsewhere"]) == ("Bank A", [])
    for path in home.rglob("*"):
        if path.is_file():
            assert (folder / "again" / path.relative_to(home)).read_bytes() == path.read_bytes()


def test_backup__with_a_pass_phrase_that_opens_no_key__is_not_made(
    riskmesh: Command, home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKMESH_PASSPHRASE", "mistyped phrase")

    ran = riskmesh("backup", folder / "lost.rmb", "--home", home)

    assert (ran.code, "passphrase_wrong" in ran.err) == (3, True)
    assert not (folder / "lost.rmb").exists()


def test_backup__with_a_pass_phrase_of_its_own__opens_with_that_one_only(
    riskmesh: Command, home: Path, folder: Path
) -> None:
    phrase = folder / "phrase"
    phrase.write_text("of the vault\n")
    phrase.chmod(0o600)
    made = folder / "vault.rmb"
    assert riskmesh("backup", made, "--home", home, "--passphrase-file", phrase).code == 0

    refused = riskmesh("restore", made, "--home", folder / "again")
    restored = riskmesh("restore", made, "--home", folder / "again", "--passphrase-file", phrase)

    assert (refused.code, "backup_not_opened" in refused.err) == (3, True)
    assert restored.code == 0, restored.err


def test_backup__of_a_store_behind_a_driver_that_we_do_not_speak__says_what_to_write(
    riskmesh: Command, home: Path, folder: Path
) -> None:
    configuration = home / "riskmesh.toml"
    text = configuration.read_text()
    line = next(one for one in text.splitlines() if "url =" in one)
    configuration.write_text(text.replace(line, 'url = "postgresql+asyncpg://bank:secret@db/riskmesh"'))

    ran = riskmesh("backup", folder / "bank-a.rmb", "--home", home)

    assert (ran.code, "store_unusable" in ran.err, "secret" in ran.err) == (3, True, False)
    assert "postgresql+psycopg" in ran.err
    assert not (folder / "bank-a.rmb").exists()


def test_restore__of_what_is_no_backup__is_refused(riskmesh: Command, folder: Path) -> None:
    (folder / "letter.txt").write_text("Dear bank, " * 20)

    missing = riskmesh("restore", folder / "none.rmb", "--home", folder / "again")
    foreign = riskmesh("restore", folder / "letter.txt", "--home", folder / "again")

    assert (missing.code, "backup_not_restored" in missing.err) == (3, True)
    assert (foreign.code, "backup_foreign" in foreign.err) == (3, True)
