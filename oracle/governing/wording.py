"""Calls of a proposal in words: what would be done, by names, never as bare bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from oracle.chain.artifacts import Entry, load_artifact
from oracle.chain.books.parameters import parameter_key
from oracle.chain.contracts import roles
from oracle.chain.errors import UnknownMember, UnknownParameter
from oracle.chain.view import AllianceView
from oracle.crypto.tls import fingerprint
from oracle.domain.ids import Address, BatchId, MemberId
from oracle.domain.reports import CallArgument, CallLine
from oracle.governing.abi_text import shown
from oracle.governing.names import MemberNames

_SELECTOR = 4
_ROLES = {code: name for name, code in roles.ALL.items()}
Values = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Turns calldata into sentences with the names that this institution knows."""

    contracts: Mapping[Address, str]
    """Names of the deployment record by address."""
    view: AllianceView
    names: MemberNames

    def call(self, target: Address, calldata: bytes) -> CallLine:
        contract = self.contracts.get(target, "")
        if not contract:
            return CallLine(
                target=target,
                contract="",
                function="",
                words=f"call the foreign account {target} with {len(calldata)} bytes",
                warning="The target is none of the consortium's contracts: nobody here can say what it does.",
            )
        found = decoded(contract, calldata)
        if found is None:
            return CallLine(
                target=target,
                contract=contract,
                function="",
                words=f"call {contract} with an unknown function 0x{calldata[:_SELECTOR].hex()}",
                warning=f"{contract} has no such function in this program's version. Ask what it is.",
            )
        entry, values = found
        arguments = tuple(
            CallArgument(name=parameter.name.lstrip("_"), value=shown(parameter, value))
            for parameter, value in zip(entry.inputs, values, strict=True)
        )
        say = _SENTENCES.get((contract, entry.name)) or _SENTENCES.get(("", entry.name))
        if say is None:
            listed = ", ".join(f"{each.name} = {each.value}" for each in arguments)
            words = f"{contract}.{entry.name}({listed})"
        else:
            words = say(self, values)
        return CallLine(
            target=target,
            contract=contract,
            function=entry.name,
            words=words if (contract, entry.name) in _SENTENCES or say is None else f"{words} on {contract}",
            arguments=arguments,
            warning=_WARNINGS.get(entry.name, ""),
        )

    def member(self, value: object) -> str:
        """E.g. `member 3 (Bank C)`."""
        number = MemberId(_integer(value))
        try:
            name = self.names.name_of(number)
        except UnknownMember:
            return f"member {number}, WHICH DOES NOT EXIST"
        return f"member {number} ({name})" if name else f"member {number}"

    def account(self, value: object) -> str:
        """The name of a contract of ours, else the address."""
        known = {address.lower(): name for address, name in self.contracts.items()}
        return known.get(str(value).lower(), str(value))

    def next_epoch(self) -> int:
        return self.view.epoch_of(self.view.now) + 1


def decoded(contract: str, calldata: bytes) -> tuple[Entry, Values] | None:
    """The function and its arguments; None when the contract has none that these bytes call."""
    for entry in load_artifact(contract).entries("function"):
        if entry.selector == calldata[:_SELECTOR]:
            try:
                return entry, decode([one.canonical for one in entry.inputs], calldata[_SELECTOR:])
            except (DecodingError, UnicodeDecodeError):
                return None
    return None


def parameter_name(view: AllianceView, key: object) -> str:
    """The name behind a parameter's key; the key itself when the chain has no such parameter."""
    for name in (*view.parameters.names, "query_fee", "hit_fee"):
        if parameter_key(name) == key:
            return name
    return f"0x{key.hex()}, WHICH DOES NOT EXIST" if isinstance(key, bytes) else str(key)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else int(str(value))


def _admit(_: Wording, values: Values) -> str:
    application = values[0]
    if not isinstance(application, tuple):
        return "admit an institution"
    governance, operator, endpoint = application[0], application[1], application[6]
    return f"admit an institution (operator {operator}, governance account {governance}, endpoint {endpoint})"


def _set(wording: Wording, values: Values) -> str:
    name = parameter_name(wording.view, values[0])
    try:
        before = f"from {wording.view.parameter(name).value} "
    except UnknownParameter:
        before = ""
    return f"set {name} {before}to {values[1]}, at once"


def _prices(wording: Wording, values: Values) -> str:
    now = wording.view.price_at(wording.next_epoch() - 1)
    return (
        f"set query_fee from {now.query_fee} to {values[0]} and hit_fee from {now.hit_fee} to {values[1]}, "
        f"from the epoch after the one in which it is carried out ({wording.next_epoch()} if that is now)"
    )


def _epoch(wording: Wording, values: Values) -> str:
    now = wording.view.parameters.checkpoint_at(wording.view.now).length_s
    return f"set the length of epochs from {now} s to {values[0]} s, from the next epoch on"


def _role(verb: str) -> Callable[[Wording, Values], str]:
    def say(wording: Wording, values: Values) -> str:
        code = values[0]
        name = _ROLES.get(code, "0x" + code.hex()) if isinstance(code, bytes) else str(code)
        return f"{verb} the role '{name}' {'to' if verb == 'give' else 'from'} {wording.account(values[1])}"

    return say


def _appoint(_: Wording, values: Values) -> str:
    papers = values[1]
    if not isinstance(papers, tuple):
        return f"appoint the auditor {values[0]}"
    key, name = (f"0x{each.hex()}" if isinstance(each, bytes) else str(each) for each in papers[1::2])
    shown = f"0x{fingerprint(papers[2]).hex()}" if isinstance(papers[2], bytes) else str(papers[2])
    return (
        f"appoint the auditor {values[0]} (sealing key {key}, SHA-256 of its certificate {shown}, "
        f"hash of its name {name})"
    )


def _overturn(wording: Wording, values: Values) -> str:
    number = values[0]
    case = wording.view.audits.cases.get(number) if isinstance(number, bytes) else None
    shown_id = f"0x{number.hex()}" if isinstance(number, bytes) else str(number)
    if case is None:
        return f"overturn what case {shown_id} came to, WHICH DOES NOT EXIST"
    state, kind = case.state(wording.view.now).name.lower(), case.kind.name.lower().replace("_", " ")
    came = f"{kind}, {state}, {case.found(wording.view.now)} found"
    return (
        f"overturn case {shown_id} ({came}) against {wording.member(case.accused)}: {values[1]} found instead"
    )


def _overturn_report(wording: Wording, values: Values) -> str:
    number, batch = MemberId(_integer(values[0])), values[1]
    member, now = wording.member(number), wording.view.now
    report = wording.view.anchors.report(number, BatchId(batch)) if isinstance(batch, bytes) else None
    shown_id = f"0x{batch.hex()}" if isinstance(batch, bytes) else str(batch)
    if report is None:
        return f"overturn a report of batch {shown_id} of {member}, WHICH DOES NOT EXIST"
    came = "unanswered" if report.is_unanswered(now) else report.state.name.lower().replace("_", " ")
    reporter, count = wording.member(report.reported.reporter), report.reported.count
    return (
        f"overturn the report by {reporter} of batch {shown_id} ({count} elements, {came}) of {member}: "
        "no breach and no penalty for what stands in no anchor"
    )


def _of_member(verb: str) -> Callable[[Wording, Values], str]:
    return lambda wording, values: f"{verb} {wording.member(values[0])}"


_SENTENCES: Mapping[tuple[str, str], Callable[[Wording, Values], str]] = {
    ("MemberRegistry", "admit"): _admit,
    ("MemberRegistry", "suspend"): _of_member("suspend"),
    ("MemberRegistry", "reinstate"): _of_member("reinstate"),
    ("MemberRegistry", "expel"): _of_member("expel, for ever,"),
    ("MemberRegistry", "replaceGovernance"): lambda wording, values: (
        f"move {wording.member(values[0])} and its vote to the governance account {values[1]}"
    ),
    ("ProtocolParameters", "set"): _set,
    ("ProtocolParameters", "setPrices"): _prices,
    ("ProtocolParameters", "setEpochLength"): _epoch,
    ("ConsortiumGovernor", "setVotingDelay"): lambda _, values: f"set voting_delay_s to {values[0]}",
    ("ConsortiumGovernor", "setVotingPeriod"): lambda _, values: f"set voting_period_s to {values[0]}",
    ("ConsortiumGovernor", "updateQuorumNumerator"): lambda _, values: f"set quorum_percent to {values[0]}",
    ("AuditLedger", "appoint"): _appoint,
    ("AuditLedger", "dismiss"): lambda _, values: f"dismiss the auditor {values[0]}",
    ("AuditLedger", "overturn"): _overturn,
    ("QueryLedger", "overturnReport"): _overturn_report,
    ("ConsortiumTimelock", "updateDelay"): lambda _, values: f"set timelock_delay_s to {values[0]}",
    ("", "grantRole"): _role("give"),
    ("", "revokeRole"): _role("take"),
}

_WARNINGS = {
    "grantRole": "Whoever holds a role can do what it allows without another vote.",
    "revokeRole": "A contract without the roles that it needs stops working.",
    "updateTimelock": "Hands all power of the consortium's votes to another contract.",
    "relay": "Lets the governor call anything; the call inside is not shown here.",
    "execute": "Carries out another operation of the timelock, which is not shown here.",
    "executeBatch": "Carries out other operations of the timelock, which are not shown here.",
    "schedule": "Schedules another operation of the timelock, which is not shown here.",
    "scheduleBatch": "Schedules other operations of the timelock, which are not shown here.",
    "expel": "An expulsion is for ever.",
}
