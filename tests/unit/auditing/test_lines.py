"""Elements as the lines of a recomputation name them."""

import pytest

from oracle.auditing.lines import places


@pytest.mark.parametrize(
    ("indices", "named"),
    [
        ([0], "element 0"),
        ([3, 7], "elements 3, 7"),
        (list(range(12)), "elements 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
    ],
)
def test_places__by_number__cannot_be_read_as_a_count(indices: list[int], named: str) -> None:
    assert places(indices) == named
