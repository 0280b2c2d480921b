"""Lines of a recomputation, as the checks write them."""

from oracle.domain.ids import MemberId
from oracle.domain.reports import Party, ProofLine, ProofResult

MOST_SHOWN = 10


def passed(name: str, why: str, *, holder: MemberId | None = None) -> ProofLine:
    return ProofLine(name=name, result=ProofResult.PASSED, why=why, holder=holder)


def failed(name: str, why: str, against: Party, *, holder: MemberId | None = None) -> ProofLine:
    return ProofLine(name=name, result=ProofResult.FAILED, why=why, holder=holder, against=against)


def not_applicable(name: str, why: str, *, holder: MemberId | None = None) -> ProofLine:
    return ProofLine(name=name, result=ProofResult.NOT_APPLICABLE, why=why, holder=holder)


def places(indices: list[int]) -> str:
    """Elements by number, not more than a few of them."""
    shown, more = ", ".join(map(str, indices[:MOST_SHOWN])), len(indices) - MOST_SHOWN
    noun = "element" if len(indices) == 1 else "elements"
    return f"{noun} {shown} and {more} more" if more > 0 else f"{noun} {shown}"
