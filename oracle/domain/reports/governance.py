"""What the consortium has agreed on, and what a proposal would do to it."""

from dataclasses import dataclass

from oracle.domain.reports.consortium import ProposalLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingValue:
    """A change that was decided and applies from an epoch to come."""

    value: str
    from_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterLine:
    """One governed number. Values are decimal text, because they reach 256 bits."""

    name: str
    value: str
    least: str
    most: str
    unit: str
    """E.g. `s`, `credits`, `blocks`; empty for a plain number."""
    purpose: str
    pending: PendingValue | None = None
    warning: str = ""
    """Which cheat costs no more than it saves while this is not greater; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedCall:
    """A call to be put to the vote, by names: the daemon encodes it."""

    contract: str
    """Name in the deployment record, e.g. `MemberRegistry`."""
    function: str
    """Name, or signature where a name is overloaded."""
    arguments: tuple[str, ...] = ()
    """Decimal numbers, `true` or `false`, addresses and bytes as 0x hex, lists and tuples as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArgument:
    """A decoded argument."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """One call of a proposal in words."""

    target: str
    """Address."""
    contract: str
    """Its name in the deployment record; empty for a foreign one."""
    function: str
    """Empty when it is unknown."""
    words: str
    arguments: tuple[CallArgument, ...] = ()
    warning: str = ""
    """Why nobody should vote for this without knowing more; empty for a call that is understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """What became of one call in the rehearsal."""

    succeeds: bool | None
    """None when it could not be tried."""
    reason: str = ""
    """Why it is refused, or could not be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """Something that the proposal touches, before and after the rehearsal."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The calls tried from the timelock on a copy of the state of one block."""

    block: int
    in_sequence: bool
    """Each call saw what those before it had changed; otherwise each was tried alone."""
    outcomes: tuple[CallOutcome, ...]
    changes: tuple[StateChange, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDetails:
    """A proposal, what it calls, and what that would do now."""

    line: ProposalLine
    calls: tuple[CallLine, ...]
    rehearsal: Rehearsal | None = None
    """None once it is over: there is nothing left to try."""
