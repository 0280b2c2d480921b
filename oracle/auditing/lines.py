"""Lines of a recomputation, as the checks write them."""

from oracle.domain.ids import MemberId
from oracle.domain.reports import Party, ProofLine, ProofResult


def passed(name: str, why: str, *, holder: MemberId | None = None) -> ProofLine:
    return ProofLine(name=name, result=ProofResult.PASSED, why=why, holder=holder)


def failed(name: str, why: str, against: Party, *, holder: MemberId | None = None) -> ProofLine:
    return ProofLine(name=name, result=ProofResult.FAILED, why=why, holder=holder, against=against)


def not_applicable(name: str, why: str, *, holder: MemberId | None = None) -> ProofLine:
    return ProofLine(name=name, result=ProofResult.NOT_APPLICABLE, why=why, holder=holder)


def places(indices: list[int]) -> str:
    """Elements by number, not more than a few of them."""
    shown = ", ".join(map(str, indices[:10]))
    return shown if len(indices) <= 10 else f"{shown} and {len(indices) - 10} more"  # noqa: PLR2004 - as above
