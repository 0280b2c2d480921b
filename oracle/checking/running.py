"""Runs every check in its order; whatever one of them meets becomes its line and ends none of the others."""

from collections.abc import Callable

from oracle import __version__
from oracle.api.errors import problem_of
from oracle.checking.account import Account
from oracle.checking.case import Case, NotLookedAt
from oracle.checking.certificate import Certificate
from oracle.checking.clock import Clock
from oracle.checking.configuration import Configuration
from oracle.checking.contracts import Contracts
from oracle.checking.daemon import RunningDaemon
from oracle.checking.dataset import PublishedDataset
from oracle.checking.deployment import Deployment
from oracle.checking.disk import Disk
from oracle.checking.endpoint import OwnEndpoint
from oracle.checking.gas import Gas
from oracle.checking.incentives import Incentives
from oracle.checking.keys import Keys
from oracle.checking.members import OtherMembers
from oracle.checking.membership import Membership
from oracle.checking.nodes import Nodes
from oracle.checking.registered_keys import RegisteredKeys
from oracle.checking.registry import RegistryRead
from oracle.checking.result import Check, Result, problem, skipped
from oracle.checking.rules import Rules
from oracle.checking.store import Store
from oracle.checking.versions import Versions
from oracle.domain.errors import RiskmeshError
from oracle.domain.reports import CheckLine, CheckReport

CHECKS: tuple[Check, ...] = (
    Configuration(),
    RunningDaemon(),
    Disk(),
    Store(),
    Keys(),
    Deployment(),
    Nodes(),
    Contracts(),
    RegistryRead(),
    Membership(),
    RegisteredKeys(),
    Certificate(),
    Rules(),
    Incentives(),
    Account(),
    Gas(),
    PublishedDataset(),
    OwnEndpoint(),
    OtherMembers(),
    Versions(),
    Clock(),
)
"""In this order: later ones use what earlier ones found."""


async def run_checks(
    case: Case, *, begun: Callable[[str], None], ended: Callable[[CheckLine], None]
) -> CheckReport:
    """`begun` hears the name of each check, `ended` its line."""
    lines = []
    for check in CHECKS:
        begun(check.name)
        result = await _look(check, case)
        line = CheckLine(name=check.name, outcome=result.outcome, found=result.found, action=result.action)
        lines.append(line)
        ended(line)
    return CheckReport(version=__version__, checks=tuple(lines))


async def _look(check: Check, case: Case) -> Result:
    try:
        return await check.look(case)
    except NotLookedAt as error:
        return skipped(str(error))
    except RiskmeshError as error:
        said = problem_of(error)
        return problem(f"{said.message} [{said.code}]", said.action)
