import json
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

from oracle.crypto.errors import (
    KeyFileDamaged,
    KeyFileExists,
    KeyFileExposed,
    KeyFileMissing,
    PassphraseWrong,
    WrongLength,
)
from oracle.crypto.keystore import create_folder, read_secret, write_secret
from oracle.crypto.signing import Signer

SECRET = secrets.token_bytes(32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "storage.json"
    create_folder(file.parent)
    write_secret(file, SECRET, "passphrase", work_factor=2)
    return file


def test_read_secret__right_passphrase__gives_the_secret(path: Path) -> None:
    assert read_secret(path, "passphrase") == SECRET


def test_write_secret__new_file__is_private_and_leaves_no_draft(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_write_secret__new_file__holds_neither_the_secret_nor_an_address(path: Path) -> None:
    text = path.read_text()
    assert SECRET.hex() not in text
    assert "address" not in json.loads(text)


def test_write_secret__of_an_account__opens_in_a_wallet(path: Path) -> None:
    file = path.with_name("operator-1.json")
    write_secret(file, SECRET, "passphrase", work_factor=2, is_account=True)
    assert Account.decrypt(file.read_text(), "passphrase") == SECRET
    assert json.loads(file.read_text())["address"].lower() == Signer(SECRET).address.lower()[2:]


def test_write_secret__over_an_existing_file__is_refused_and_keeps_it(path: Path) -> None:
    with pytest.raises(KeyFileExists):
        write_secret(path, secrets.token_bytes(32), "passphrase", work_factor=2)
    assert read_secret(path, "passphrase") == SECRET
    assert list(path.parent.iterdir()) == [path]


def test_write_secret__of_wrong_length__is_refused(path: Path) -> None:
    with pytest.raises(WrongLength):
        write_secret(path.with_name("other.json"), SECRET[:31], "passphrase", work_factor=2)


def test_read_secret__wrong_passphrase__says_so_and_shows_nothing(path: Path) -> None:
    with pytest.raises(PassphraseWrong, match=r"storage\.json") as refusal:
        read_secret(path, "guess")
    assert "guess" not in str(refusal.value)


def test_read_secret__missing_file__says_so(path: Path) -> None:
    with pytest.raises(KeyFileMissing, match="oprf-1"):
        read_secret(path.with_name("oprf-1.json"), "passphrase")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_read_secret__file_that_others_may_access__says_so(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyFileExposed, match="chmod 600"):
        read_secret(path, "passphrase")


def test_read_secret__folder_that_others_may_access__says_so(path: Path) -> None:
    path.parent.chmod(0o755)
    with pytest.raises(KeyFileExposed, match="chmod 700"):
        read_secret(path, "passphrase")


def test_create_folder__existing_one_that_others_may_access__says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(KeyFileExposed, match="chmod 700"):
        create_folder(tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "null", '{"version": 3}', '{"version": 3, "crypto": {"mac": "00", "ciphertext": "zz"}}'],
)
def test_read_secret__file_that_is_no_keystore__says_so(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(KeyFileDamaged, match=r"storage\.json"):
        read_secret(path, "passphrase")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 4),
        ("kdf", "rot13"),
        ("kdfparams", {}),
        ("kdfparams", []),
        ("ciphertext", "zz"),
        ("mac", 5),
    ],
)
def test_read_secret__keystore_with_a_damaged_field__says_so(path: Path, field: str, value: object) -> None:
    content = json.loads(path.read_text())
    (content if field in content else content["crypto"])[field] = value
    path.write_text(json.dumps(content))
    with pytest.raises(KeyFileDamaged, match=r"storage\.json"):
        read_secret(path, "passphrase")


OPENED_THEN_NESTED = """
import sys
from pathlib import Path
import msgspec
from oracle.chain.transport import RpcAnswer
from oracle.crypto.keystore import read_secret, write_secret

path = Path(sys.argv[1])
write_secret(path, bytes(range(32)), "opens", work_factor=2)
read_secret(path, "opens")
try:
    msgspec.json.decode(b'{"id":1,"result":' + b"[" * 200_000, type=RpcAnswer)
except RecursionError:
    print(sys.getrecursionlimit())
"""


def test_key_file__opened_before_deeply_nested_json__leaves_it_an_error_and_no_crash(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", OPENED_THEN_NESTED, str(tmp_path / "key.json")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "1000"), done.stderr[-2000:]
