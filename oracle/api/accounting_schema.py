"""The shapes of the interface's requests about accounts and what follows from disclosures."""

from typing import Annotated

from msgspec import Meta, Struct

from oracle.api.schema import MAX_SUBJECTS, Body, Parameters, QueryId
from oracle.domain.reports import Verdict


class StatementParameters(Parameters, frozen=True, kw_only=True):
    """Which epoch to state."""

    epoch: Annotated[int, Meta(ge=0)] | None = None
    """All epochs in which something moved, and the current one, when absent."""


class OpenDispute(Body, frozen=True, kw_only=True):
    """Disputes what one holder disclosed, or did not, about one subject."""

    query_id: QueryId
    index: Annotated[int, Meta(ge=0, lt=MAX_SUBJECTS)]
    """Position of the subject in the submitted list, from 0."""
    holder: Annotated[int, Meta(ge=1)]
    """Member number of who was asked."""


class OutcomeInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A closed case of the institution's own system: its reference, its subject, or both."""

    line: Annotated[int, Meta(ge=1)]
    """In the file that it came from; the answer speaks of it by this."""
    verdict: Verdict
    case_reference: Annotated[str, Meta(max_length=256)] = ""
    type: Annotated[str, Meta(max_length=32)] = ""
    """Label of a subject type, e.g. `phone`."""
    value: Annotated[str, Meta(max_length=1024)] = ""

    def __repr__(self) -> str:
        return f"OutcomeInput(line={self.line})"


class RateOutcomes(Body, frozen=True, kw_only=True):
    """Rates disclosed records by closed cases."""

    outcomes: Annotated[list[OutcomeInput], Meta(min_length=1, max_length=MAX_SUBJECTS)]


class MemberParameters(Parameters, frozen=True, kw_only=True):
    """Names a member."""

    member: Annotated[int, Meta(ge=1)] | None = None
    """Its number; this institution itself when absent."""
