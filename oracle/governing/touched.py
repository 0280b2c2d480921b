"""What a call would touch: views to be read before and after it in a rehearsal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from oracle.chain.books.anchors import ReportState
from oracle.chain.books.members import Status
from oracle.chain.calls import Contract
from oracle.chain.view import AllianceView
from oracle.domain.audits import CaseState
from oracle.domain.ids import Address
from oracle.governing.wording import decoded, parameter_name

REFUSED = "not to be had"
_FOUND = 9
"""Where a case's file has the count that it stands for."""
Show = Callable[[tuple[object, ...]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One view of one contract and how its answer reads."""

    what: str
    target: Address
    calldata: bytes
    outputs: tuple[str, ...]
    show: Show

    def read(self, succeeded: bool, data: bytes) -> str:  # noqa: FBT001 - the pair that a node answers with
        if not succeeded:
            return REFUSED
        try:
            return self.show(decode(self.outputs, data))
        except (DecodingError, UnicodeDecodeError, ValueError):
            return REFUSED


def glances(
    calls: Sequence[tuple[Address, bytes]], contracts: Mapping[str, Contract], view: AllianceView
) -> tuple[Glance, ...]:
    """For all calls together, each thing once, in the order in which they are touched."""
    names = {contract.address: name for name, contract in contracts.items()}
    found: dict[tuple[Address, bytes], Glance] = {}
    for target, calldata in calls:
        name = names.get(target)
        call = None if name is None else decoded(name, calldata)
        if name is None or call is None:
            continue
        entry, values = call
        for glance in _of(name, entry.name, values, contracts, view):
            found.setdefault((glance.target, glance.calldata), glance)
    return tuple(found.values())


def _of(
    contract: str,
    function: str,
    values: tuple[object, ...],
    contracts: Mapping[str, Contract],
    view: AllianceView,
) -> list[Glance]:
    registry, parameters = contracts["MemberRegistry"], contracts["ProtocolParameters"]
    match contract, function:
        case "MemberRegistry", "admit":
            found = [
                _glance("members ever taken in", registry, "memberCount"),
                _glance("members in standing", registry, "standingCount"),
            ]
        case "MemberRegistry", "suspend" | "reinstate" | "expel" | "replaceGovernance":
            member = values[0]
            found = [
                _glance(f"status of member {member}", registry, "statusOf", member, show=_status),
                _glance(f"governance account of member {member}", registry, "governanceOf", member),
                _glance("members with a vote", registry, "activeCount"),
            ]
        case "ProtocolParameters", "set":
            name = parameter_name(view, values[0])
            found = [_glance(name, parameters, "get", values[0])]
        case "ProtocolParameters", "setPrices":
            epoch = view.epoch_of(view.now) + 1
            found = [_glance(f"prices of epoch {epoch}", parameters, "priceAt", epoch, show=_prices)]
        case "AuditLedger", "appoint" | "dismiss":
            found = [_glance("auditors in office", contracts[contract], "auditors", show=_count)]
        case "AuditLedger", "overturn":
            case_id = values[0]
            what = f"what case 0x{case_id[:4].hex() if isinstance(case_id, bytes) else case_id} came to"
            found = [_glance(what, contracts[contract], "caseOf", case_id, show=_case)]
        case "QueryLedger", "overturnReport":
            member, batch = values
            named = f"0x{batch[:4].hex()}" if isinstance(batch, bytes) else batch
            what = f"report of batch {named} of member {member}"
            found = [_glance(what, contracts[contract], "reportOf", *values, show=_report)]
        case "ConsortiumTimelock", "updateDelay":
            found = [_glance("timelock_delay_s", contracts[contract], "getMinDelay")]
        case _, "grantRole" | "revokeRole":
            what = f"{values[1]} holds the role on {contract}"
            found = [_glance(what, contracts[contract], "hasRole", values[0], values[1], show=_yes_or_no)]
        case _:
            found = []
    return found


def _plain(values: tuple[object, ...]) -> str:
    return str(values[0])


def _status(values: tuple[object, ...]) -> str:
    number = int(str(values[0]))
    return Status(number).name.lower() if number else "none"


def _prices(values: tuple[object, ...]) -> str:
    return f"query_fee {values[1]}, hit_fee {values[2]}"


def _yes_or_no(values: tuple[object, ...]) -> str:
    return "yes" if values[0] else "no"


def _count(values: tuple[object, ...]) -> str:
    return str(len(values[0])) if isinstance(values[0], tuple) else str(values[0])


def _case(values: tuple[object, ...]) -> str:
    file = values[0]
    if not isinstance(file, tuple):
        return str(file)
    return f"{CaseState(file[1]).name.lower()}, {file[_FOUND]} found"


def _report(values: tuple[object, ...]) -> str:
    report = values[0]
    state = int(str(report[0] if isinstance(report, tuple) else report))
    return ReportState(state).name.lower().replace("_", " ") if state else "none"


def _glance(what: str, contract: Contract, function: str, *arguments: object, show: Show = _plain) -> Glance:
    outputs = contract.artifact.function(function).outputs
    return Glance(
        what=what,
        target=contract.address,
        calldata=contract.encode(function, *arguments),
        outputs=tuple(one.canonical for one in outputs),
        show=show,
    )
