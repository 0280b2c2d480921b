"""What a command itself can refuse, before or after it speaks to the daemon."""

from typing import ClassVar

from oracle.api.errors import RequestRefused
from oracle.domain.errors import Broken, Misconfigured, Refused, RiskmeshError, Transient


class CommandFailed(RiskmeshError):
    """Joins what the command tried with the error that stopped it."""

    code: ClassVar[str] = "command_failed"

    def __init__(self, what: str, error: RiskmeshError) -> None:
        super().__init__(what)
        self.what = what
        self.error = error


class UsageWrong(RequestRefused):
    """The arguments, or a file they name, are not written as they should be."""

    code: ClassVar[str] = "usage_wrong"
    action: ClassVar[str] = "Correct the command; --help shows an example."


class AlreadyInitialised(Misconfigured):
    code: ClassVar[str] = "already_initialised"


class PassphraseWeak(Misconfigured):
    code: ClassVar[str] = "passphrase_weak"


class NobodyAnswered(Transient):
    """A query ended and no holder had answered any of it."""

    code: ClassVar[str] = "nobody_answered"


class NothingImported(Refused):
    """A strict import met a bad line."""

    code: ClassVar[str] = "nothing_imported"


class ChecksFailed(Refused):
    """A dossier was recomputed and does not hold."""

    code: ClassVar[str] = "checks_failed"


class WrongVoter(Misconfigured):
    """The governance key in the key folder is not the account that has the vote."""

    code: ClassVar[str] = "wrong_voter"


class DemonstrationWrong(Broken):
    """The demonstration ran to its end and its result is not right."""

    code: ClassVar[str] = "demonstration_wrong"


class BundleExists(UsageWrong):
    """A support bundle is written into a new file only."""

    code: ClassVar[str] = "bundle_exists"
    action: ClassVar[str] = "Name another file, or move that one away."
