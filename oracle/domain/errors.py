"""What can go wrong, sorted by who must act.

    RiskmeshError
    ├── Refused        the rules say no: the reason is recorded and answered
    ├── Transient      something outside is not there now: retried with backoff
    ├── Misconfigured  the operator must change something: stops at start, says what
    └── Broken         our own bug or damaged state: crash, the journal survives

Every error carries a `code` from `docs/errors.md`; its text says what happened, why and what to do, and
never contains a secret or a subject.
"""

from typing import ClassVar


class RiskmeshError(Exception):
    """Root of all errors that this package raises on purpose."""

    code: ClassVar[str] = "error"


class Refused(RiskmeshError):
    """The rules say no. `code` is stable and travels to whoever asked."""

    code: ClassVar[str] = "refused"


class Transient(RiskmeshError):
    """An outside party did not answer, or not yet; trying again later is right."""

    code: ClassVar[str] = "transient"


class Misconfigured(RiskmeshError):
    """The operator has to change configuration, keys or files before this can work."""

    code: ClassVar[str] = "misconfigured"


class Broken(RiskmeshError):
    """An invariant of ours does not hold; stopping is safer than going on."""

    code: ClassVar[str] = "broken"
