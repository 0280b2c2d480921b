"""The file of values that an auditor's decoys are made of."""

from pathlib import Path

import pytest

from oracle.config.auditor import DecoySettings
from oracle.wiring.decoys import DecoyValuesWrong, decoy_plan


def settings(file: Path, text: str | bytes) -> DecoySettings:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return DecoySettings(file=file, most=10, every_s=3_600)


def test_values__with_blank_lines_and_one_twice__are_each_taken_once(tmp_path: Path) -> None:
    text = "phone,+46700000001\n\nphone,+46 70 000 00 01\nphone,+46700000002\n"

    plan = decoy_plan(settings(tmp_path / "decoys.csv", text))

    assert [one.value for one in plan.values] == ["+46700000001", "+46700000002"]
    assert (plan.most, plan.every_s) == (10, 3_600)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("phone,+46700000001\nphone,12\n", "Line 2"),
        ("phone,+46700000001\nphones,+46700000002\n", "Line 2"),
        ("phone\n", "Line 1"),
        ("phone,+46700000001\ndomain,unused.example\n", "one type"),
        ("", "at least one"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_values__that_are_no_subjects_of_one_type__are_refused_with_the_place(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(DecoyValuesWrong, match=said):
        decoy_plan(settings(tmp_path / "decoys.csv", text))


def test_values__while_no_decoys_are_made__are_not_read(tmp_path: Path) -> None:
    plan = decoy_plan(DecoySettings(file=tmp_path / "absent.csv", most=0, every_s=3_600))

    assert plan.values == ()
