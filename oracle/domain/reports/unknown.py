"""The answer to a question about something that is not here."""

from typing import ClassVar

from oracle.domain.errors import Refused


class UnknownReference(Refused):
    """Nothing is known under the identifier that was given: no such query, proposal or record."""

    code: ClassVar[str] = "unknown_reference"
