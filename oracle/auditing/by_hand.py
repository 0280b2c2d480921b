"""A verdict that a person has come to, written down for the auditor's process to cast."""

from typing import ClassVar

from oracle.auditing.causes import audited
from oracle.auditing.examining import examination
from oracle.chain.view import AllianceView
from oracle.domain.audits import CaseKind
from oracle.domain.errors import Refused
from oracle.domain.ids import Address
from oracle.domain.reports import UnknownReference
from oracle.rules.cases import Case
from oracle.store.examinations import Examination

_DIGITS = 64


class NotForPeople(Refused):
    """A verdict by hand would not count, or its case is one that auditors recompute."""

    code: ClassVar[str] = "not_for_people"


def case_of(digits: str, view: AllianceView) -> Case:
    """The one case that begins with these hexadecimal digits. Raises `UnknownReference`."""
    wanted = digits.removeprefix("0x").lower()
    found = [one for one in view.audits.cases.values() if one.id.hex().startswith(wanted)]
    if len(found) != 1:
        raise UnknownReference(f"Not exactly one case begins with '{digits}'; it has {_DIGITS} digits.")
    return found[0]


def by_hand(
    case: Case, view: AllianceView, me: Address, *, found: int, because: str, file: bytes
) -> Examination:
    """Raises `NotForPeople`."""
    if case.kind is CaseKind.DISPUTE or audited(case, view) is not None:
        raise NotForPeople("Every auditor's process decides this case by itself, from what it recomputes.")
    if not case.takes_verdicts(view.now):
        raise NotForPeople("The case is not answered yet, or no verdict can change it any more.")
    if any(auditor == me for auditor, _ in case.verdicts):
        raise NotForPeople("This auditor's verdict on the case is on the chain already.")
    if found > case.most:
        raise NotForPeople(f"The case can be about {case.most} faults at most.")
    return examination(case, file, because, found=found)
