"""The arithmetic of docs/incentives.md: what cheating saves, how likely it is found, and what it then costs.

`python tools/incentives.py` writes the tables of the page anew, from the parameters that a deployment begins
with and the rules that contracts and daemons share; `--check` only says whether they are what they should be.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from oracle.chain.deploy.parameters import PROTOCOL
from oracle.crypto.draws import falls_on
from oracle.domain.ids import MemberId
from oracle.rules.incentives import MILLION, Stakes
from oracle.rules.pricing import hit_price
from oracle.rules.quality import (
    BREACH_BPS,
    WEIGHT,
    entitlement,
    faded_down,
    freshness_of,
    merit,
    score_bps,
)

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "incentives.md"
VALUE: Final[Mapping[str, int]] = MappingProxyType(
    {name: bounds.default for name, bounds in PROTOCOL.items()}
)
STAKES: Final = Stakes(**{field.name: VALUE[field.name] for field in fields(Stakes)})
EPOCHS_KEPT: Final = VALUE["audit_retention_s"] // VALUE["epoch_length_s"]
"""Whole epochs that an audit reaches back."""
RATERS: Final = 10
"""Members that rate a holder and have said what they have to say: 20 ratings' weight each."""
DECOYS: Final = 10
"""Under one ticket at most, from one on, as likely as each other; one a day (operations.md)."""
TICKETS: Final = VALUE["epoch_length_s"] // 86_400
DRAWS: Final = 2_000
SEED: Final = 20_260_101
Table = Sequence[Sequence[str]]


def found(batches: int, sample_ppm: int = VALUE["audit_sample_ppm"]) -> float:
    """Probability that a draw falls on one of so many batches at least; each is drawn by itself."""
    return 1.0 - float(1 - sample_ppm / MILLION) ** batches


def found_in_draws(batches: int) -> float:
    """The same, counted over many draws by the rule of the contract; batches and draws from a fixed seed."""
    source = random.Random(SEED)  # noqa: S311 - figures that come out the same again
    names = [source.randbytes(32) for _ in range(batches)]
    draws = [source.randbytes(32) for _ in range(DRAWS)]
    hit = sum(
        any(falls_on(draw, VALUE["audit_sample_ppm"], MemberId(1), name) for name in names) for draw in draws
    )
    return hit / DRAWS


def _terms(weight: int, refuted_share: float = 0.0) -> dict[str, int]:
    refuted = round(weight * refuted_share)
    return {"confirmed": weight - refuted, "refuted": refuted}


def _entitled(weights: Mapping[str, int], breach_bps: int = 0) -> int:
    return entitlement(
        merit=merit(**weights),
        score=score_bps(**weights, breach_bps=breach_bps),
        floor=VALUE["entitlement_floor"],
        per_rating=VALUE["entitlement_per_rating"],
        ceiling=VALUE["entitlement_ceiling"],
    )


def allowance_lost(weights: Mapping[str, int]) -> int:
    """Credits of allowance that one breach costs until it is forgotten, ratings being kept up."""
    lost, breach = 0, BREACH_BPS
    while breach > 0:
        lost += _entitled(weights) - _entitled(weights, breach)
        breach = faded_down(breach, 1)
    return lost * VALUE["allowance_rate"] // 1_000


def detection() -> Table:
    """Reading hits and not claiming them, in so many batches of an epoch."""
    rows = [["batches an epoch", "found in the epoch", "counted over draws", "found while they are kept"]]
    for batches in (1, 10, 50, 100, 500):
        kept = found(batches * EPOCHS_KEPT)
        rows.append(
            [f"{batches:,}", _percent(found(batches)), _percent(found_in_draws(batches)), _percent(kept)]
        )
    return rows


def unclaimed() -> Table:
    """What so many hits of one batch save that are read and not claimed, and what they cost on average."""
    rows = [
        [
            "hits not claimed",
            "saved at most",
            "costs when found",
            "on average, at the floor",
            "with allowance",
        ]
    ]
    earned = allowance_lost(_terms(RATERS * 20 * WEIGHT, 0.1))
    for hits in (1, 10, 100, 1_000):
        cost = STAKES.case_cost(hits)
        means = (STAKES.on_average(one) for one in (cost, cost + earned))
        rows.append([f"{one:,}" for one in (hits, hits * STAKES.dearest_hit, cost, *means)])
    return rows


def least_penalty() -> Table:
    """`unclaimed_hit_penalty` from which on every hit costs more than it saves, by sample and fee."""
    fees = (VALUE["hit_fee"], 1_000)
    rows = [["sampled", *(f"`hit_fee` {fee:,}" for fee in fees)]]
    for sample_ppm in (1_000, 5_000, VALUE["audit_sample_ppm"], 50_000, 200_000):
        voted = (replace(STAKES, audit_sample_ppm=sample_ppm, hit_fee=fee) for fee in fees)
        rows.append([_percent(sample_ppm / MILLION), *(f"{one.least_penalty():,}" for one in voted)])
    return rows


def silence() -> Table:
    """What it costs not to answer the audit of a batch: as much as all that could have been found."""
    sizes = (4, 10, 106)
    rows = [["elements", *(f"{members} members" for members in sizes)]]
    for elements in (1, 10, 100, VALUE["max_batch_count"]):
        costs = (STAKES.case_cost(elements * (members - 1)) for members in sizes)
        rows.append([f"{elements:,}", *(f"{one:,}" for one in costs)])
    return rows


def unanchored() -> Table:
    """What an express batch that is put into no anchor saves at most, and what it costs to leave it so."""
    sizes = (4, 10, 106)
    rows = [["elements", *(f"{what}, {members} members" for members in sizes for what in ("saved", "cost"))]]
    for elements in (1, 10, 100, VALUE["max_batch_count"]):
        row = [f"{elements:,}"]
        for members in sizes:
            hits = elements * (members - 1)
            row += [f"{hits * STAKES.dearest_hit:,}", f"{STAKES.report_cost(hits):,}"]
        rows.append(row)
    return rows


def invented() -> Table:
    """What a holder's data is worth when a share of its hits is invented and its requesters say so."""
    rows = [["share of invented hits", "score", "price of a hit", "elements an epoch"]]
    for share in (0.0, 0.05, 0.1, 0.2, 1 / 3, 0.5, 1.0):
        weights = _terms(RATERS * 20 * WEIGHT, share)
        score = score_bps(**weights)
        price = hit_price(hit_fee=VALUE["hit_fee"], score=score)
        rows.append([_percent(share), f"{score:,}", f"{price:,}", f"{_entitled(weights):,}"])
    return rows


def found_by_decoys(share: float, tickets: int) -> float:
    """Probability that who lists this share of the unused values lists a decoy of so many tickets."""
    missed = sum((1.0 - share) ** count for count in range(1, DECOYS + 1)) / DECOYS
    return 1.0 - float(missed**tickets)


def decoys() -> Table:
    """Listing values that nobody uses, by how many of them are listed."""
    planted = ("1 auditor, an epoch", "3 auditors, an epoch", "3, twelve epochs")
    rows = [["of the unused values it lists", *planted]]
    for one_of in (1_000_000, 100_000, 10_000, 1_000, 100, 10):
        times = (1, 3, 3 * 12)
        found_in = (_percent(found_by_decoys(1 / one_of, TICKETS * many)) for many in times)
        rows.append([f"1 of {one_of:,}", *found_in])
    return rows


def stale() -> Table:
    """What is left of a holder that is rated as well as ever and publishes nothing more."""
    rows = [["epochs without a change", "score", "price of a hit", "elements an epoch"]]
    weights, fresh = _terms(RATERS * 20 * WEIGHT, 0.1), freshness_of(200)
    for epochs in (0, 4, 8, 16, 32):
        score = score_bps(**weights, fresh_bps=faded_down(fresh, epochs))
        price = hit_price(hit_fee=VALUE["hit_fee"], score=score)
        elements = entitlement(
            merit=merit(**weights),
            score=score,
            floor=VALUE["entitlement_floor"],
            per_rating=VALUE["entitlement_per_rating"],
            ceiling=VALUE["entitlement_ceiling"],
        )
        rows.append([f"{epochs:,}", f"{score:,}", f"{price:,}", f"{elements:,}"])
    return rows


def inflated() -> Table:
    """What members gain that pay each other for hits and confirm them, for one of them, in an epoch."""
    rows = [["members that collude", "elements more", "credits more"]]
    for members in (2, 3, 5, 10):
        weights = _terms((members - 1) * 20 * WEIGHT)
        more = _entitled(weights) - VALUE["entitlement_floor"]
        rows.append([f"{members:,}", f"{more:,}", f"{more * VALUE['allowance_rate'] // 1_000:,}"])
    return rows


TABLES: Final[Mapping[str, Callable[[], Table]]] = MappingProxyType(
    {
        "detection": detection,
        "unclaimed": unclaimed,
        "least penalty": least_penalty,
        "silence": silence,
        "unanchored": unanchored,
        "invented": invented,
        "decoys": decoys,
        "stale": stale,
        "inflated": inflated,
    }
)


def renewed(page: str) -> str:
    """The page with every table between its marks made anew."""
    for name, make in TABLES.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, rest = page.split(begin, 1)
        _, after = rest.split(end, 1)
        page = before + begin + "\n".join(_lines(make())) + "\n" + end + after
    return page


def _lines(rows: Table) -> Iterator[str]:
    head, *others = rows
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---:" for _ in head) + " |"
    yield from ("| " + " | ".join(row) + " |" for row in others)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def main() -> int:
    parser = argparse.ArgumentParser(description="The tables of docs/incentives.md.")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 if they are stale")
    page = PAGE.read_text(encoding="utf-8")
    fresh = renewed(page)
    if parser.parse_args().check:
        if fresh != page:
            print("docs/incentives.md is stale: run python tools/incentives.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(fresh, encoding="utf-8")
    print(f"{len(TABLES)} tables in docs/incentives.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
