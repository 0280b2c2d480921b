"""Where the pass phrase comes from, and that a file others can read is not trusted."""

import os
from pathlib import Path

import pytest

from oracle.config.environment import Environment, child_environment, read_environment
from oracle.config.errors import PassphraseFileUnusable
from oracle.config.passphrase import Passphrase, find_passphrase
from oracle.config.settings import KeySettings

NOTHING = Environment()


def keys(passphrase_file: Path | None = None) -> KeySettings:
    return KeySettings(folder=Path("/srv/keys"), passphrase_file=passphrase_file)


def write(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_passphrase__in_the_environment__wins_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "passphrase", b"from the file")

    assert find_passphrase(Environment(passphrase="from the environment"), keys(file)) == Passphrase(
        text="from the environment"
    )


def test_passphrase__in_a_file_of_mode_0600__is_read_without_its_line_end(tmp_path: Path) -> None:
    file = write(tmp_path / "passphrase", b" correct horse \r\n")

    assert find_passphrase(NOTHING, keys(file)) == Passphrase(text=" correct horse ")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_passphrase__file_open_to_others__is_refused(tmp_path: Path, mode: int) -> None:
    file = write(tmp_path / "passphrase", b"correct horse", mode)

    with pytest.raises(PassphraseFileUnusable, match="chmod 600"):
        find_passphrase(NOTHING, keys(file))


@pytest.mark.parametrize("content", [b"", b"\n", b"a\xff", b"x" * 4097])
def test_passphrase__file_without_a_usable_text__is_refused(tmp_path: Path, content: bytes) -> None:
    file = write(tmp_path / "passphrase", content)

    with pytest.raises(PassphraseFileUnusable) as refusal:
        find_passphrase(NOTHING, keys(file))

    assert refusal.value.__cause__ is None


def test_passphrase__no_such_file__is_refused(tmp_path: Path) -> None:
    with pytest.raises(PassphraseFileUnusable, match="No such file"):
        find_passphrase(NOTHING, keys(tmp_path / "passphrase"))


def test_passphrase__nowhere__is_none_so_that_somebody_is_asked() -> None:
    assert find_passphrase(NOTHING, keys()) is None


def test_repr__pass_phrases__shows_nothing() -> None:
    assert "horse" not in repr(Passphrase(text="correct horse")) + repr(
        Environment(passphrase="correct horse")
    )


def test_environment__variables_given__are_read_and_empty_ones_are_none(tmp_path: Path) -> None:
    found = read_environment(
        {"RISKMESH_HOME": str(tmp_path), "RISKMESH_CONFIG": "", "RISKMESH_PASSPHRASE": "x"}
    )

    assert found == Environment(home=tmp_path, passphrase="x")
    assert read_environment({}) == NOTHING


def test_locate__from_most_to_least_explicit__takes_the_first(tmp_path: Path) -> None:
    chosen, named, home = tmp_path / "chosen.toml", tmp_path / "named.toml", tmp_path / "home"
    everything = Environment(home=home, configuration=named)

    assert everything.locate(chosen) == chosen
    assert everything.locate(tmp_path) == tmp_path / "riskmesh.toml"
    assert everything.locate() == named
    assert Environment(home=home).locate() == home / "riskmesh.toml"
    assert NOTHING.locate() == Path.home() / ".riskmesh" / "riskmesh.toml"


def test_child_environment__with_an_addition__has_it_beside_our_own() -> None:
    child = child_environment(RISKMESH_PASSPHRASE="x")

    assert read_environment(child).passphrase == "x"
    assert {name: text for name, text in child.items() if name != "RISKMESH_PASSPHRASE"} == {
        name: text for name, text in os.environ.items() if name != "RISKMESH_PASSPHRASE"
    }
