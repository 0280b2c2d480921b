"""Hostile bytes at every decoder: changes of honest input, and all that was ever found to do harm."""

from pathlib import Path

import pytest
from fuzzing.targets import TARGETS, Target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FOUND = sorted((Path(__file__).resolve().parent / "found").glob("*/*"))
EXAMPLES = 60

edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "set", "cut", "repeat", "insert", "copy"]),
        st.floats(min_value=0, max_value=1, exclude_max=True),
        st.binary(min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=6,
)


def edited(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for how, place, bits in changes:
        at = int(place * (len(data) + 1))
        match how:
            case "flip" if at < len(data):
                data = data[:at] + bytes([data[at] ^ (bits[0] or 1)]) + data[at + 1 :]
            case "set":
                data = data[:at] + bits + data[at + len(bits) :]
            case "cut":
                data = data[:at] + data[at + bits[0] :]
            case "repeat":
                data = data[:at] + data[at : at + bits[0]] * (1 + bits[-1] % 8) + data[at + bits[0] :]
            case "insert":
                data = data[:at] + bits + data[at:]
            case "copy":
                data = data[:at] + data[: bits[0]] + data[at:]
    return data


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_decoder__of_honest_bytes_and_of_changed_ones__reads_or_refuses(target: Target) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.sampled_from(target.seeds), changes=edits)
    def change(seed: bytes, changes: list[tuple[str, float, bytes]]) -> None:
        target.take(edited(seed, changes))

    change()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_decoder__of_its_honest_seeds__reads_the_first_and_refuses_none_loudly(target: Target) -> None:
    if target.first_is_read:
        target.run(target.seeds[0])
    for seed in target.seeds:
        target.take(seed)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.parent.name)
def test_decoder__of_what_was_once_found__reads_or_refuses_it(path: Path) -> None:
    TARGETS[path.parent.name].take(path.read_bytes())
