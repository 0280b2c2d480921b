"""A backup comes back as it was, wholly, or nothing of it does."""

import io
import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import lmdb
import pytest
from stage.backups import (
    PASSPHRASE,
    QUICK,
    full_home,
    made_of,
    restored_from,
    unwatched,
    with_store_at,
)

from oracle.crypto.archive import ArchiveReader, ArchiveWriter
from oracle.crypto.errors import ArchiveDamaged, ArchiveForeign, ArchiveNotOpened
from oracle.domain.errors import Misconfigured
from oracle.store.errors import StoreUnusable
from oracle.wiring.recovery.backing_up import BackupNotWritten
from oracle.wiring.recovery.restoring import BackupOfAnother, HomeNotEmpty, restore


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
async def full(tmp_path: Path) -> Path:
    return await full_home(tmp_path / "bank-a")


@pytest.fixture
def made(full: Path, tmp_path: Path) -> Path:
    return made_of(full, tmp_path / "bank-a.rmb")


def rewritten(made: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The same backup with another list of files, sealed as its owner could."""
    reader = ArchiveReader(io.BytesIO(made.read_bytes()), PASSPHRASE)
    (length,) = struct.unpack(">I", reader.read_exactly(4))
    manifest = json.loads(reader.read_exactly(length))
    rest = reader.read_exactly(sum(entry["size"] for entry in manifest["entries"]))
    change(manifest)
    listed = json.dumps(manifest).encode()
    with made.open("wb") as file:
        writer = ArchiveWriter(file, PASSPHRASE, cost=QUICK)
        writer.write(struct.pack(">I", len(listed)) + listed + rest)
        writer.finish()


def require_nothing_left(made: Path) -> None:
    assert sorted(path.name for path in made.parent.iterdir()) == ["bank-a", "bank-a.rmb"]


def test_backup__restored_elsewhere__has_every_file_row_and_record(full: Path, made: Path) -> None:
    restored = restored_from(made, "Bank A")

    again = made.parent / "again"
    before, after = files_in(full), files_in(again)
    data = {name for name in (*before, *after) if name.startswith("data/")}
    assert restored.elsewhere == ()
    assert {name: content for name, content in before.items() if name not in data} == {
        name: content for name, content in after.items() if name not in data | {"restored.json"}
    }
    with closing(sqlite3.connect(again / "data" / "state.db")) as store:
        assert store.execute("SELECT value FROM marks").fetchall() == [("17",)]
    with closing(lmdb.open(str(again / "data" / "dataset"), max_dbs=2)) as dataset, dataset.begin() as rows:
        assert rows.get(b"who", db=dataset.open_db(b"records", txn=rows, create=False)) == b"sealed"


def test_restore__done__leaves_everything_to_its_owner_alone(made: Path) -> None:
    restored_from(made)

    again = made.parent / "again"
    assert {path.stat().st_mode & 0o077 for path in (again, *again.rglob("*"))} == {0}
    assert [path.name for path in made.parent.iterdir() if path.name.startswith(".")] == []


def test_backup__made__is_its_owners_alone_and_shows_no_content(made: Path) -> None:
    content = made.read_bytes()

    assert made.stat().st_mode & 0o077 == 0
    for word in (b"Bank A", b"riskmesh.toml", b"operator-1", b"CREATE TABLE", b"SQLite format"):
        assert word not in content


def test_backup__onto_a_file_that_exists__is_refused(full: Path, made: Path) -> None:
    before = made.read_bytes()

    with pytest.raises(BackupNotWritten, match="exists already"):
        made_of(full, made)

    assert made.read_bytes() == before


def test_backup__into_no_folder__says_so(full: Path) -> None:
    with pytest.raises(BackupNotWritten, match="cannot be written"):
        made_of(full, full.parent / "nowhere" / "bank-a.rmb")


def test_backup__while_another_process_writes__is_of_one_moment(full: Path, tmp_path: Path) -> None:
    """What is not committed is not in it, and the writer is not held up."""
    with closing(sqlite3.connect(full / "data" / "state.db")) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("INSERT INTO marks VALUES ('committed', '1')")
        store.commit()
        store.execute("INSERT INTO marks VALUES ('open', '1')")
        made = made_of(full, tmp_path / "bank-a.rmb")
        store.commit()

    restored_from(made)

    with closing(sqlite3.connect(tmp_path / "again" / "data" / "state.db")) as store:
        names = {name for (name,) in store.execute("SELECT name FROM marks")}
    assert names == {"event_cursor", "committed"}


def test_backup__of_a_damaged_store__is_not_made(full: Path) -> None:
    store = full / "data" / "state.db"
    content = bytearray(store.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    store.write_bytes(content)

    with pytest.raises(StoreUnusable):
        made_of(full, full.parent / "bank-a.rmb")

    assert [path.name for path in full.parent.iterdir()] == ["bank-a"]


def test_backup__of_a_store_behind_a_driver_that_we_do_not_speak__is_not_made(full: Path) -> None:
    with pytest.raises(StoreUnusable):
        made_of(with_store_at(full, "postgresql+asyncpg://bank@db/riskmesh"), full.parent / "bank-a.rmb")

    assert [path.name for path in full.parent.iterdir()] == ["bank-a"]


def test_backup__of_keys_kept_elsewhere__is_restored_with_a_word_about_it(full: Path, tmp_path: Path) -> None:
    keys = tmp_path / "vault"
    shutil.move(full / "keys", keys)
    configuration = full / "riskmesh.toml"
    text = configuration.read_text()
    configuration.write_text(text.replace('# folder = "keys"', f'folder = "{keys}"'))
    made = made_of(full, tmp_path / "bank-a.rmb")
    shutil.rmtree(keys)

    (line,) = restored_from(made).elsewhere

    assert "keys.folder" in line
    assert (tmp_path / "again" / "keys" / "operator-1.json").exists()


def test_backup__with_the_pass_phrase_beside_the_keys__leaves_it_out(full: Path, tmp_path: Path) -> None:
    phrase = full / "keys" / "phrase"
    phrase.write_text(PASSPHRASE)
    phrase.chmod(0o600)
    configuration = full / "riskmesh.toml"
    text = configuration.read_text()
    configuration.write_text(
        text.replace('# passphrase_file = "passphrase"', 'passphrase_file = "keys/phrase"')
    )

    (line,) = restored_from(made_of(full, tmp_path / "bank-a.rmb")).elsewhere

    assert "keys.passphrase_file" in line
    assert not (tmp_path / "again" / "keys" / "phrase").exists()


def test_restore__into_a_folder_with_anything_in_it__touches_nothing(full: Path, made: Path) -> None:
    before = files_in(full)

    with pytest.raises(HomeNotEmpty):
        restore(made, full, PASSPHRASE, member=None, told=unwatched)

    assert files_in(full) == before


def test_restore__of_another_institutions_backup__is_refused(made: Path) -> None:
    with pytest.raises(BackupOfAnother):
        restored_from(made, "Bank B")

    require_nothing_left(made)


def test_restore__with_another_pass_phrase__leaves_nothing(made: Path) -> None:
    with pytest.raises(ArchiveNotOpened):
        restore(made, made.parent / "again", "another phrase", member=None, told=unwatched)

    require_nothing_left(made)


@pytest.mark.parametrize("cut", [1, 20_000])
def test_restore__of_a_backup_cut_off__leaves_nothing(made: Path, cut: int) -> None:
    made.write_bytes(made.read_bytes()[:-cut])

    with pytest.raises((ArchiveDamaged, ArchiveNotOpened)):
        restored_from(made)

    require_nothing_left(made)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        pytest.param(lambda m: m.update(version=2), ArchiveForeign, id="a later form"),
        pytest.param(lambda m: m.update(schema="9999"), ArchiveForeign, id="a later schema"),
        pytest.param(lambda m: m["entries"][0].update(name="../up"), ArchiveDamaged, id="a way out"),
        pytest.param(lambda m: m["entries"][0].update(name="keys/../up"), ArchiveDamaged, id="a way up"),
        pytest.param(lambda m: m["entries"][0].update(name="/etc/up"), ArchiveDamaged, id="a way anywhere"),
        pytest.param(lambda m: m["entries"][0].update(sha256="00" * 32), ArchiveDamaged, id="another file"),
        pytest.param(lambda m: m["entries"][0].update(size=10**6), ArchiveDamaged, id="a longer file"),
        pytest.param(lambda m: m.update(operator="0x" + "11" * 20), ArchiveDamaged, id="another's keys"),
        pytest.param(lambda m: m.pop("entries"), ArchiveDamaged, id="no list"),
    ],
)
def test_restore__of_a_backup_that_lies__leaves_nothing(
    made: Path, change: Callable[[dict[str, Any]], None], refused: type[Misconfigured]
) -> None:
    rewritten(made, change)

    with pytest.raises(refused):
        restored_from(made)

    require_nothing_left(made)
