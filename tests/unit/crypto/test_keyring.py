from pathlib import Path

import pytest

from oracle.crypto import voprf
from oracle.crypto.errors import (
    KeyFileDamaged,
    KeyFileExists,
    KeyFileMissing,
    KeyVersionUnknown,
    PassphraseWrong,
)
from oracle.crypto.key_files import KeyName, add_version, create_key_files, open_governance, versions
from oracle.crypto.keyring import open_keyring
from oracle.crypto.possession import verify_possession
from oracle.crypto.sealing import seal
from oracle.crypto.signing import recover
from oracle.crypto.tls import check_certificate
from oracle.domain.ids import KeyVersion

PASSPHRASE = "correct horse"
V1, V2, V3 = KeyVersion(1), KeyVersion(2), KeyVersion(3)
DIGEST = bytes(range(32))


def test_create_key_files__new_folder__holds_private_files_under_their_names(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "governance.json",
        "operator-1.json",
        "oprf-1.json",
        "sealing-1.json",
        "storage.json",
        "tls.json",
        "tls.pem",
    ]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_create_key_files__twice__keeps_the_first(folder: Path) -> None:
    before = (folder / "governance.json").read_bytes()
    with pytest.raises(KeyFileExists):
        create_key_files(folder, PASSPHRASE, common_name="Bank A", work_factor=2)
    assert (folder / "governance.json").read_bytes() == before


def test_keyring__opened__signs_opens_evaluates_and_stores(folder: Path) -> None:
    keyring = open_keyring(folder, PASSPHRASE)
    assert recover(DIGEST, keyring.sign(DIGEST)) == keyring.operator_address()
    assert keyring.open(seal(keyring.sealing_public(), b"m", b"i"), b"i") == b"m"
    blinded = voprf.blind(b"subject")
    evaluation = keyring.evaluate([blinded.element])
    voprf.verify_batch(keyring.oprf_public(), [blinded.element], evaluation.elements, evaluation.proof)
    verify_possession(keyring.oprf_public(), b"context", keyring.prove_possession(b"context"))
    assert voprf.public_key(keyring.oprf_secret_for_workers()) == keyring.oprf_public()
    cipher = open_keyring(folder, PASSPHRASE).storage_cipher("journal")
    assert cipher.open(keyring.storage_cipher("journal").seal(b"v", b"c"), b"c") == b"v"
    check_certificate(keyring.certificate)


def test_governance__opened_on_its_own__is_another_account(folder: Path) -> None:
    assert open_governance(folder, PASSPHRASE).address != open_keyring(folder, PASSPHRASE).operator_address()


def test_keyring__without_the_cold_key__opens(folder: Path) -> None:
    (folder / "governance.json").unlink()
    open_keyring(folder, PASSPHRASE)


def test_add_version__of_each_rotated_key__keeps_the_earlier(folder: Path) -> None:
    before = open_keyring(folder, PASSPHRASE)
    for name in (KeyName.OPERATOR, KeyName.SEALING, KeyName.OPRF):
        assert add_version(folder, name, PASSPHRASE, work_factor=2) == 2
    after = open_keyring(folder, PASSPHRASE)
    assert (after.operator_version, after.sealing_version, after.oprf_version) == (2, 2, 2)
    assert after.operator_address(V1) == before.operator_address() != after.operator_address()
    assert after.oprf_public(V1) == before.oprf_public() != after.oprf_public()
    assert after.open(seal(before.sealing_public(), b"m", b"i"), b"i", V1) == b"m"
    assert recover(DIGEST, after.sign(DIGEST)) == after.operator_address(V2)


def test_versions__ten_and_more__are_ordered_by_number(folder: Path) -> None:
    for _ in range(9):
        add_version(folder, KeyName.OPRF, PASSPHRASE, work_factor=2)
    (folder / "oprf-old.json").touch(mode=0o600)
    assert versions(folder, KeyName.OPRF) == list(range(1, 11))


def test_add_version__with_another_passphrase__is_refused_and_adds_nothing(folder: Path) -> None:
    with pytest.raises(PassphraseWrong):
        add_version(folder, KeyName.OPRF, "typo", work_factor=2)
    assert versions(folder, KeyName.OPRF) == [1]


def test_keyring__asked_for_a_version_it_has_not__is_refused(folder: Path) -> None:
    keyring = open_keyring(folder, PASSPHRASE)
    with pytest.raises(KeyVersionUnknown):
        keyring.sign(DIGEST, V3)
    with pytest.raises(KeyVersionUnknown):
        keyring.open(b"", b"", V3)
    with pytest.raises(KeyVersionUnknown):
        keyring.oprf_secret_for_workers(V3)


@pytest.mark.parametrize("name", ["operator-1.json", "oprf-1.json", "storage.json", "tls.json", "tls.pem"])
def test_open_keyring__file_missing__says_what(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(KeyFileMissing):
        open_keyring(folder, PASSPHRASE)


def test_open_keyring__wrong_passphrase__says_so(folder: Path) -> None:
    with pytest.raises(PassphraseWrong):
        open_keyring(folder, "wrong")


def test_open_keyring__certificate_of_another_key__says_so(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    create_key_files(other, PASSPHRASE, common_name="Bank B", work_factor=2)
    (folder / "tls.pem").write_bytes((other / "tls.pem").read_bytes())
    with pytest.raises(KeyFileDamaged, match=r"tls\.pem"):
        open_keyring(folder, PASSPHRASE)


def test_open_keyring__certificate_that_is_none__says_so(folder: Path) -> None:
    (folder / "tls.pem").write_text("hello")
    with pytest.raises(KeyFileDamaged, match=r"tls\.pem"):
        open_keyring(folder, PASSPHRASE)
