"""The snapshot rule on tables of publication blocks."""

import pytest

from oracle.rules.snapshot import commitment_counts, committed_snapshot, express_snapshot


@pytest.mark.parametrize(
    ("blocks", "commit_block", "expected"),
    [
        ((), 10, None),
        ((10,), 10, None),
        ((9,), 10, 0),
        ((3, 9, 10, 11), 10, 1),
        ((3, 9, 9, 10), 10, 2),
        ((3, 5), 100, 1),
    ],
)
def test_committed_snapshot__publications_around_the_commitment__takes_the_last_strictly_before(
    blocks: tuple[int, ...], commit_block: int, expected: int | None
) -> None:
    assert committed_snapshot(blocks, commit_block=commit_block) == expected


@pytest.mark.parametrize(
    ("blocks", "reference_block", "expected"),
    [((), 10, None), ((11,), 10, None), ((10,), 10, 0), ((3, 9, 10, 11), 10, 2), ((3, 10, 10), 10, 2)],
)
def test_express_snapshot__publications_around_the_reference__takes_the_last_up_to_it(
    blocks: tuple[int, ...], reference_block: int, expected: int | None
) -> None:
    assert express_snapshot(blocks, reference_block=reference_block) == expected


@pytest.mark.parametrize(
    ("depth", "cursor", "expected"), [(0, 10, True), (0, 9, False), (3, 12, False), (3, 13, True)]
)
def test_commitment_counts__cursor_and_depth__needs_all_confirmations(
    depth: int, cursor: int, *, expected: bool
) -> None:
    assert commitment_counts(commit_block=10, finality_depth=depth, cursor=cursor) is expected
