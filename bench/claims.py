"""What the product claims of its speed and size: each beside the row that shows it or does not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Rows = Sequence[Mapping[str, Any]]
GIBIBYTE: Final = 2**30
TEN_MILLION: Final = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    what: str
    reach: str
    command: str
    """That measures it alone."""
    measure: Callable[[Rows], float]
    """Raises `LookupError` while its rows are not there."""
    shown: str
    """Format of the value."""
    reached: Callable[[float], bool]


def row(rows: Rows, benchmark: str, name: str, records: int | None = None) -> Mapping[str, Any]:
    """The one that is called so. Raises `LookupError`."""
    for each in rows:
        if (each["benchmark"], each["name"]) == (benchmark, name) and records in {None, each["records"]}:
            return each
    raise LookupError(f"{benchmark}: {name}")


def _value(benchmark: str, name: str, records: int | None = None) -> Callable[[Rows], float]:
    return lambda rows: float(row(rows, benchmark, name, records)["value"])


def _ratio(benchmark: str, name: str, records: int | None = None) -> Callable[[Rows], float]:
    return lambda rows: float(row(rows, benchmark, name, records)["ratio"])


def _growth(rows: Rows) -> float:
    ten_million, hundred_thousand = (
        _value("growth_records", f"a holder of {records:,} records: complete, p50")(rows)
        for records in (TEN_MILLION, 100_000)
    )
    return ten_million / hundred_thousand


def _furthest_from_a_guess(rows: Rows) -> float:
    """Percent: whichever end of the range is further, mirrored above the half."""
    told = [each["value"] for each in rows if each["benchmark"] == "timing" and each["unit"] == "%"]
    if not told:
        raise LookupError("timing")
    return float(max(max(value, 100 - value) for value in told))


def _most(bound: float) -> Callable[[float], bool]:
    return lambda value: value <= bound


def _least(bound: float) -> Callable[[float], bool]:
    return lambda value: value >= bound


CLAIMS: Final = (
    Claim(
        what="express query to one holder of 10,000,000 records, p50",
        reach="5 ms",
        command="growth_records",
        measure=_value("growth_records", f"a holder of {TEN_MILLION:,} records: complete, p50"),
        shown="{:.1f} ms",
        reached=_most(5),
    ),
    Claim(
        what="the same, p99",
        reach="reported",
        command="growth_records",
        measure=_value("growth_records", f"a holder of {TEN_MILLION:,} records: complete, p99"),
        shown="{:.1f} ms",
        reached=lambda _: True,
    ),
    Claim(
        what="its p50 at 10,000,000 records beside that at 100,000",
        reach="1.5 times",
        command="growth_records",
        measure=_growth,
        shown="{:.2f} times",
        reached=_most(1.5),
    ),
    Claim(
        what="express query to 105 holders, all answered, p50",
        reach="300 ms",
        command="express",
        measure=_value("express", "express query to 105 holders: complete, p50"),
        shown="{:,.0f} ms",
        reached=_most(300),
    ),
    Claim(
        what="the same, first answer, p50",
        reach="20 ms",
        command="express",
        measure=_value("express", "express query to 105 holders: first answer, p50"),
        shown="{:.1f} ms",
        reached=_most(20),
    ),
    Claim(
        what="holder, batches of 1,000, one core, of its limit",
        reach="0.6",
        command="answering",
        measure=_ratio("answering", "answer an element of a batch of 1,000"),
        shown="{:.2f}",
        reached=_least(0.6),
    ),
    Claim(
        what="the same on two processes",
        reach="1.7 times",
        command="answering",
        measure=lambda rows: (
            2
            * _ratio("answering", "answer an element of batches of 1,000, two processes, by the clock")(rows)
        ),
        shown="{:.2f} times",
        reached=_least(1.7),
    ),
    Claim(
        what="requester, batches of 1,000, one core, of its limit",
        reach="0.6",
        command="verifying",
        measure=_ratio("verifying", "verify an element of a reply to 1,000"),
        shown="{:.2f}",
        reached=_least(0.6),
    ),
    Claim(
        what="index of 10,000,000 records, two processes, of its limit",
        reach="0.75",
        command="ten_million",
        measure=_ratio(
            "ten_million", f"index {TEN_MILLION:,} records, up to the root, two processes together"
        ),
        shown="{:.2f}",
        reached=_least(0.75),
    ),
    Claim(
        what="its peak memory, all processes",
        reach="2 GiB",
        command="ten_million",
        measure=lambda rows: (
            _value("ten_million", "memory of all its processes at most", TEN_MILLION)(rows) / GIBIBYTE
        ),
        shown="{:.2f} GiB",
        reached=_most(2),
    ),
    Claim(
        what="its disk beside the sealed records, a record",
        reach="130 bytes",
        command="ten_million",
        measure=_value("ten_million", "index on disk beside the sealed records, a record", TEN_MILLION),
        shown="{:.0f} bytes",
        reached=_most(130),
    ),
    Claim(
        what="adding 1,000 records to 10,000,000, up to the new root",
        reach="1 s",
        command="ten_million",
        measure=lambda rows: (
            _value("ten_million", "import 1,000 more, up to the next root", TEN_MILLION)(rows) / 1_000
        ),
        shown="{:.2f} s",
        reached=_most(1),
    ),
    Claim(
        what="daemon start with 10,000,000 records, up to ready",
        reach="5 s",
        command="ten_million",
        measure=lambda rows: _value("ten_million", "start a daemon, up to ready", TEN_MILLION)(rows) / 1_000,
        shown="{:.1f} s",
        reached=_most(5),
    ),
    Claim(
        what="catching up on 100,000 events",
        reach="20,000 events/s",
        command="chain",
        measure=_value("chain", "catch up with events: parse, hold against filters, decode, journal, fold"),
        shown="{:,.0f} events/s",
        reached=_least(20_000),
    ),
    Claim(
        what="times of replies and receipts: pairs in which a hit and a miss are told apart",
        reach="55 %",
        command="timing",
        measure=_furthest_from_a_guess,
        shown="{:.1f} %",
        reached=_most(55),
    ),
)
