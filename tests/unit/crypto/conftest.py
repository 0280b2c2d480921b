"""One key folder for the tests that read one: scrypt is slow even with a small work factor."""

from pathlib import Path

import pytest

from oracle.crypto.key_files import create_key_files

WORK_FACTOR = 2
PASSPHRASE = "correct horse"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys = tmp_path / "keys"
    create_key_files(keys, PASSPHRASE, common_name="Bank A", work_factor=WORK_FACTOR)
    return keys
