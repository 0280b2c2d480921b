"""Tables of docs/performance.md, made of rows of bench/results.json."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from claims import Rows, row

MISSING: Final = "not measured yet"
HOLDERS: Final = 105
MEMBERS: Final = 106
BATCH: Final = 1_000
PHONES: Final = 2_000_000_000
PREFIXES: Final = (17, 11, 10, 9, 8, 7, 6)


def others(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head("what", "Riskmesh", "OpenMined PSI", right=(1, 2))
    rows = results["rows"]
    for what, here, there in (
        ("index or set up, records a second", "index a record, up to the root", "set up a record"),
        *(
            (
                f"ask, answer and read a subject{of}, a second",
                f"ask about, answer and read a subject{of}, proven",
                f"ask about, answer and read a subject{of}",
            )
            for of in ("", " of 1,000")
        ),
        *(
            (
                f"bytes to ask about {of}, another time, before padding",
                f"bytes to ask about {of}, before padding",
                f"bytes to ask about {of}, the set known",
            )
            for of in ("a subject", "1,000 subjects")
        ),
        *(
            (
                f"bytes to ask about {of}, after a change, before padding",
                f"bytes to ask about {of}, before padding",
                f"bytes to ask about {of}, after a change of the set",
            )
            for of in ("a subject", "1,000 subjects")
        ),
    ):
        yield line(
            what, _shown(rows, "psi", f"Riskmesh: {here}"), _shown(rows, "psi", f"OpenMined PSI: {there}")
        )


def primitive(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head("elements a second and core", "Riskmesh on libsodium", "`voprf` (Rust)", right=(1, 2))
    for what, here, there in (
        ("blind", "blind a subject", "blind"),
        ("evaluate, one proof for 1,000", "evaluate an element, one proof for 1,000", "evaluate, one proof"),
        ("verify and finalize", "verify and finalize an element of 1,000", "verify and finalize"),
        ("a record of one's own", "output for a record of one's own", "a record of one's own"),
    ):
        rows = results["rows"]
        yield line(what, _shown(rows, "oprf", here), _shown(rows, "oprf", f"voprf (Rust): {there}"))


def privacy(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head("100,000 records", "plain central lookup", "express query", "factor", right=(1, 2, 3))
    for what in ("a subject", "1,000 subjects"):
        for figure in ("p50", "processor time, both ends"):
            try:
                here, there = (
                    row(results["rows"], "central", f"{name} {what}: {figure}")["value"]
                    for name in ("Riskmesh, express query about", "plain central lookup of")
                )
            except LookupError:
                yield line(f"{what}, {figure}", MISSING, MISSING, "")
            else:
                yield line(f"{what}, {figure}", f"{there:,} ms", f"{here:,} ms", f"{here / there:,.0f}")


def prefixes(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head(
        "prefix",
        "candidates",
        "content an element, bytes",
        "answering, of the rate at 17 bits",
        "verifying, of the rate at 17 bits",
        right=(0, 1, 2, 3, 4),
    )
    for bits in PREFIXES:
        name = f"{bits} bits, 1 of {PHONES >> bits:,}"
        rows = results["rows"]
        yield line(
            f"{bits}{' (governed)' if bits == PREFIXES[0] else ''}",
            f"{PHONES >> bits:,}",
            _shown(rows, "privacy", f"{name}: content an element"),
            f"{row(rows, 'privacy', f'{name}: answer an element')['ratio']:.2f}",
            f"{row(rows, 'privacy', f'{name}: verify an element')['ratio']:.2f}",
        )


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head(
        *("subjects in a batch", "envelope", "reply", "receipt", "disclosures"),
        "together, a subject and holder",
        right=range(6),
    )
    for count in (1, 10, 100, 1_000):
        sizes = _sizes(results["rows"], count)
        yield line(f"{count:,}", *(f"{size:,.0f}" for size in sizes), f"{sum(sizes) / count:,.0f}")


def rates(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head("what all members together may ask, subjects a second", "", right=(1,))
    rows = results["rows"]
    for what, name in (
        ("in batches of 1,000, for each core of each member", "answer an element of a batch of 1,000"),
        ("one by one, for each core of each member, without seal or line", "answer a batch of one element"),
    ):
        yield line(what, _shown(rows, "answering", name))
    served = [
        each["value"]
        for each in rows
        if each["benchmark"] == "growth_requesters" and each["name"].endswith(": answered")
    ]
    most = f"{max(served):,}" if served else MISSING
    yield line("express, one by one, everything included, both ends on the same two cores", most)


def sizing(results: Mapping[str, Any]) -> Iterator[str]:
    yield from head(
        *("subjects a day", "elements answered", "answering, minutes", "verifying, minutes", "lines, GB"),
        *("own replies and receipts, GB", "answers to others, GB", "commitments of all"),
        right=range(8),
    )
    rows = results["rows"]
    answering = row(rows, "answering", "answer an element of a batch of 1,000")["value"]
    verifying = row(rows, "verifying", "verify an element of a reply to 1,000")["value"]
    envelope, reply, receipt, disclosures = _sizes(rows, BATCH)
    for subjects in (1_000, 10_000, 100_000):
        elements, batches = HOLDERS * subjects, HOLDERS * subjects / BATCH
        yield line(
            f"{subjects:,}",
            f"{elements:,}",
            _plain(elements / answering / 60),
            _plain(elements / verifying / 60),
            _plain(2 * batches * (envelope + reply + receipt + disclosures) / 1e9),
            _plain(batches * (reply + receipt) / 1e9),
            _plain(batches * (envelope + reply + disclosures) / 1e9),
            f"{MEMBERS * subjects // BATCH:,}",
        )


def _sizes(rows: Rows, count: int) -> Sequence[float]:
    many = "1 element" if count == 1 else f"{count:,} elements"
    names = (f"query envelope, {many}", f"reply, {many}, prefix of 17 bits")
    return [row(rows, "wire", name)["value"] for name in (*names, f"receipt, {many}", f"disclosures, {many}")]


def _shown(rows: Rows, benchmark: str, name: str) -> str:
    try:
        return f"{row(rows, benchmark, name)['value']:,}"
    except LookupError:
        return MISSING


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


def head(*columns: str, right: Sequence[int]) -> Iterator[str]:
    yield line(*columns)
    yield line(*("---:" if number in right else "---" for number in range(len(columns))))


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
