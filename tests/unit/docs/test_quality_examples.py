"""docs/quality.md computes its examples as the contracts do."""

from collections.abc import Callable

from oracle.chain.deploy.parameters import PROTOCOL
from oracle.rules.quality import entitlement, merit, score_bps

Rows = list[dict[str, str]]


def _number(cell: str) -> int:
    return int(cell.replace(",", ""))


def test_examples__of_scores_and_entitlements__are_what_the_rules_compute(
    table: Callable[[str, str, str], Rows],
) -> None:
    rows = table("docs/quality.md", "case", "C")
    assert len(rows) == 7
    for row in rows:
        confirmed, refuted = _number(row["C"]), _number(row["R"])
        score = score_bps(
            confirmed=confirmed,
            refuted=refuted,
            fresh_bps=_number(row["F"]),
            breach_bps=_number(row["B"]),
        )
        earned = entitlement(
            merit=merit(confirmed=confirmed, refuted=refuted),
            score=score,
            floor=PROTOCOL["entitlement_floor"].default,
            per_rating=PROTOCOL["entitlement_per_rating"].default,
            ceiling=PROTOCOL["entitlement_ceiling"].default,
        )
        assert (score, earned) == (_number(row["score"]), _number(row["entitlement"])), row["case"]
