"""Whether honesty is the better choice under governed values, and what cheating gains where it is not.

Fees, sample and penalties are voted on one by one and no contract holds them together. Whole numbers
throughout; averages are compared in millionths of a credit. At equality honesty is not the better choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from oracle.domain.reports import Cheat, Temptation
from oracle.rules.pricing import hit_price
from oracle.rules.quality import FULL_BPS

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """The governed values that decide it, under their governed names."""

    hit_fee: int
    max_batch_count: int
    epoch_length_s: int
    reveal_window_s: int
    audit_retention_s: int
    audit_sample_ppm: int
    breach_penalty: int
    unclaimed_hit_penalty: int

    @property
    def dearest_hit(self) -> int:
        """Credits that an unclaimed hit saves at most: its price at the highest score."""
        return hit_price(hit_fee=self.hit_fee, score=FULL_BPS)

    def case_cost(self, found: int) -> int:
        """Credits that a case costs which was upheld for so many hits."""
        return self.breach_penalty + found * self.unclaimed_hit_penalty

    def report_cost(self, most: int) -> int:
        """Credits that an unanswered report costs, of a batch that could have had so many hits."""
        return self.breach_penalty + most * self.dearest_hit

    def on_average(self, cost: int) -> int:
        """Of what costs so much when a draw falls on it; rounded down."""
        return cost * self.audit_sample_ppm // MILLION

    def least_penalty(self) -> int | None:
        """`unclaimed_hit_penalty` from which on every hit by itself costs more than it saves."""
        return self.dearest_hit * MILLION // self.audit_sample_ppm + 1 if self.audit_sample_ppm else None


def temptations(stakes: Stakes, *, others: int) -> tuple[Temptation, ...]:
    """For which cheats honesty is not the better choice; `others` are the members that a batch can go to."""
    most = stakes.max_batch_count * others
    if not stakes.dearest_hit or not most:
        return ()
    return (*_unclaimed(stakes, most), *_too_old(stakes, most))


def _unclaimed(stakes: Stakes, most: int) -> Iterator[Temptation]:
    gain = stakes.dearest_hit * MILLION - stakes.audit_sample_ppm * stakes.unclaimed_hit_penalty
    fixed = stakes.audit_sample_ppm * stakes.breach_penalty
    # One case a batch: with every hit more of the same batch its own penalty weighs less.
    from_hits = max(1, -(-fixed // gain)) if gain > 0 else 1
    if from_hits > most or from_hits * gain < fixed:
        return
    costs = stakes.on_average(stakes.unclaimed_hit_penalty)
    gained = (most * gain - fixed) // MILLION
    share = f"{stakes.audit_sample_ppm / MILLION:.4%}".rstrip("0%").rstrip(".")
    parameter, least, remedy = _enough(stakes)
    yield Temptation(
        cheat=Cheat.UNCLAIMED_HITS,
        saved=str(stakes.dearest_hit),
        costs=str(costs),
        from_hits=from_hits,
        gain=str(gained),
        parameter=parameter,
        least=None if least is None else str(least),
        words=(
            "Reading hits and not claiming them costs no more than it saves, from "
            f"{_hits(from_hits)} of a batch on: a hit saves up to {stakes.dearest_hit:,} credits and costs "
            f"{costs:,} on average ({share} % of batches are drawn, and a hit that is found costs "
            f"{stakes.unclaimed_hit_penalty:,}). The largest batch gains up to {gained:,}."
        ),
        remedy=remedy,
    )


def _enough(stakes: Stakes) -> tuple[str, int | None, str]:
    least = stakes.least_penalty()
    if least is not None:
        return "unclaimed_hit_penalty", least, f"Set unclaimed_hit_penalty to {least:,} or more."
    sample = stakes.dearest_hit * MILLION // max(1, stakes.unclaimed_hit_penalty) + 1
    if sample <= MILLION and stakes.unclaimed_hit_penalty:
        return "audit_sample_ppm", sample, f"Set audit_sample_ppm to {sample:,} or more."
    return "audit_sample_ppm", None, "Set audit_sample_ppm and unclaimed_hit_penalty, both, to more."


def _too_old(stakes: Stakes, most: int) -> Iterator[Temptation]:
    drawn_s = stakes.epoch_length_s + stakes.reveal_window_s
    if drawn_s <= stakes.audit_retention_s:
        return
    gained = most * stakes.dearest_hit
    old_s = min(drawn_s - stakes.audit_retention_s, stakes.epoch_length_s)
    yield Temptation(
        cheat=Cheat.UNCLAIMED_TOO_OLD,
        saved=str(stakes.dearest_hit),
        costs="0",
        from_hits=1,
        gain=str(gained),
        parameter="audit_retention_s",
        least=str(drawn_s),
        words=(
            f"Batches of an epoch's first {old_s:,} s can be too old for an audit when the draw is made: "
            f"that is up to {drawn_s:,} s after the epoch began (epoch_length_s and reveal_window_s), and "
            f"audits reach back {stakes.audit_retention_s:,} s. Each hit read in them and not claimed "
            f"saves up to {stakes.dearest_hit:,} credits and costs nothing; the largest batch gains up to "
            f"{gained:,}."
        ),
        remedy=f"Set audit_retention_s to {drawn_s:,} or more.",
    )


def _hits(number: int) -> str:
    return "1 hit" if number == 1 else f"{number:,} hits"
