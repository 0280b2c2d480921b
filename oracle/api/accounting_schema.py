"""The shapes of the interface's requests about accounts and what follows from disclosures."""

from typing import Annotated

from msgspec import Meta

from oracle.api.schema import MAX_SUBJECTS, Address, Body, Digest, Parameters, QueryId


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


class AnswerParameters(Parameters, frozen=True, kw_only=True):
    """Names a case that this member has answered, and an auditor."""

    case_id: Digest
    auditor: Address


class CasePath(Parameters, frozen=True, kw_only=True):
    """Names one case."""

    case_id: Digest


class AnswerCase(Body, frozen=True, kw_only=True):
    """Answers a case for cause or a contradiction."""

    digest: Digest
    """keccak256 of what is handed to the auditors."""
