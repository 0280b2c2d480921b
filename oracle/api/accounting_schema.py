"""The shapes of the interface's requests about accounts and what follows from disclosures."""

from typing import Annotated

from msgspec import Meta

from oracle.api.schema import Parameters


class StatementParameters(Parameters, frozen=True, kw_only=True):
    """Which epoch to state."""

    epoch: Annotated[int, Meta(ge=0)] | None = None
    """All epochs in which something moved, and the current one, when absent."""
