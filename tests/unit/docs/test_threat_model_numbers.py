"""docs/threat-model.md says what the default parameters give, and real prefixes behave as it says."""

import math
from collections import Counter
from collections.abc import Callable

import pytest

from oracle.chain.deploy.parameters import PROTOCOL
from oracle.crypto.buckets import HASH_BITS, bucket_hash, prefix
from oracle.domain.subject import Subject, SubjectType

PAGE = "docs/threat-model.md"
CROWD = 10_000
"""The least number of candidates that protocol.md allows."""

Rows = list[dict[str, str]]
TableOf = Callable[[str, str, str], Rows]


def _number(cell: str) -> float:
    return float(cell.replace(",", "").removesuffix(" %").strip())


def _prefix_bits(kind: SubjectType) -> int:
    return PROTOCOL[f"prefix_bits_{int(kind)}"].default


def _kind(cell: str) -> SubjectType:
    return SubjectType[cell.strip("`").upper()]


@pytest.fixture(scope="module")
def populations(table: TableOf) -> dict[SubjectType, int]:
    return {_kind(row["type"]): int(_number(row["population"])) for row in table(PAGE, "type", "population")}


def test_prefix_table__every_type__states_what_the_parameters_give(table: TableOf) -> None:
    rows = table(PAGE, "type", "population")

    assert [_kind(row["type"]) for row in rows] == list(SubjectType)
    for row in rows:
        population, bits = int(_number(row["population"])), _prefix_bits(_kind(row["type"]))
        assert int(row["p"]) == bits == int(row["of them revealed"])
        assert int(_number(row["candidates"])) == population >> bits
        assert row["bits that name one"] == f"{math.log2(population):.1f}"
        assert row["left"] == f"{math.log2(population) - bits:.1f}"


def test_prefix_lengths__stated_populations__are_the_longest_that_leave_a_crowd(
    populations: dict[SubjectType, int],
) -> None:
    for kind, population in populations.items():
        assert _prefix_bits(kind) == math.floor(math.log2(population / CROWD))
        assert population >> _prefix_bits(kind) >= CROWD


def test_length_of_a_prefix__types_that_share_it__are_the_ones_that_the_page_names(
    prose: Callable[[str], str],
) -> None:
    shared = Counter(map(_prefix_bits, SubjectType))

    assert {bits for bits, types in shared.items() if types > 1} == {14, 17, 18}
    assert "17 phone or identity card, 18 mail, IP or device" in prose(PAGE)


def test_own_records_table__every_size__follows_from_the_prefix_of_17_bits(table: TableOf) -> None:
    rows = table(PAGE, "N", "own records under a prefix, on average")

    assert len(rows) == 5
    for row in rows:
        expected = _number(row["N"]) / 2**17
        covered = 1 - math.exp(-expected)
        assert row["own records under a prefix, on average"] == f"{expected:.3f}"
        assert row["covered by chance"] == f"{100 * covered:.1f} %"
        for column, share in (("sure, at 1 % hits", 0.01), ("sure, at 10 % hits", 0.1)):
            assert row[column] == f"{100 * share / (share + (1 - share) * covered):.1f} %"


def test_attributes_table__every_row__is_the_population_cut_by_each_prefix(
    table: TableOf, populations: dict[SubjectType, int]
) -> None:
    rows = table(PAGE, "asked about one person", "alone in its batch")
    people = populations[SubjectType.ID_CARD]

    assert len(rows) == 5
    for row in rows:
        kinds = [_kind(name.strip()) for name in row["asked about one person"].split(",")]
        alone = people / 2 ** sum(map(_prefix_bits, kinds))
        assert _number(row["alone in its batch"]) == pytest.approx(alone, rel=0.03)
        if len(kinds) == 1:
            continue
        mixed, _, of = row["mixed into a batch of 1,000"].partition(" of ")
        each = int(of.split()[0])
        # Types with prefixes of one length look alike; the page leaves that out, which favours the holder.
        assert each == 1_000 // len(kinds)
        others = people * math.prod(each / 2 ** _prefix_bits(kind) for kind in kinds)
        assert _number(mixed) == pytest.approx(others, rel=0.03)


def test_bucket_hash_table__every_type__is_the_population_over_its_32_bits(
    table: TableOf, populations: dict[SubjectType, int], prose: Callable[[str], str]
) -> None:
    rows = table(PAGE, "type", "others that share its 32 bits, on average")

    assert [_kind(row["type"]) for row in rows] == list(SubjectType)
    for row in rows:
        others = populations[_kind(row["type"])] / 2**HASH_BITS
        assert row["others that share its 32 bits, on average"] == f"{others:.2f}"
    assert f"there are {sum(populations.values()) / 2**HASH_BITS:.1f} others" in prose(PAGE)


def test_enumeration__grant_and_floor__pay_for_the_stated_number_of_evaluations(
    prose: Callable[[str], str],
) -> None:
    means = PROTOCOL["admission_grant"].default + PROTOCOL["credit_floor"].default

    assert f"{means // PROTOCOL['query_fee'].default:,} evaluations" in prose(PAGE)


@pytest.mark.parametrize("phones", [20_000, 100_000])
def test_candidates__consecutive_phone_numbers__spread_evenly_over_the_prefixes(phones: int) -> None:
    """Numbers of one carrier's block are as structured as subjects get; the expected crowd is n / 2^17."""
    bits = _prefix_bits(SubjectType.PHONE)
    crowds = Counter(_prefix_of_phone(number, bits) for number in range(phones))
    expected = phones / 2**bits

    assert sum(crowds.values()) == phones
    # As balls thrown into bins: the number of empty prefixes, and how many others share one's prefix.
    empty = 2**bits - len(crowds)
    assert empty / 2**bits == pytest.approx(math.exp(-expected), rel=0.02)
    others = sum(size * (size - 1) for size in crowds.values()) / phones
    assert others == pytest.approx(expected, rel=0.05)


def _prefix_of_phone(number: int, bits: int) -> int:
    subject = Subject(type=SubjectType.PHONE, value=f"+86138{number:08d}")
    return prefix(bucket_hash(subject.encoded), bits)
