"""The shapes of the interface's requests about batches and cases as auditors see them."""

from typing import Annotated

from msgspec import Meta

from oracle.api.schema import Body, Digest, Parameters

LONGEST_ANSWER = 1024 * 1024


class DossierPath(Parameters, frozen=True, kw_only=True):
    """Names a query, or by its identifier or the first digits of it a batch, or the audit of one."""

    reference: Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{1,128}$")]


class OpenAudit(Body, frozen=True, kw_only=True):
    """Opens an audit for cause of one batch."""

    accused: Annotated[int, Meta(ge=1)]
    """Member number of who asked the batch."""
    batch_id: Digest


class CasePath(Parameters, frozen=True, kw_only=True):
    """Names one case."""

    case_id: Digest


class AnswerCase(Body, frozen=True, kw_only=True):
    """Answers a case that a person has to answer."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    """Of the file."""
    content: Annotated[bytes, Meta(min_length=1, max_length=LONGEST_ANSWER)]
    """In base64; auditors fetch it, and its digest goes on the chain."""
