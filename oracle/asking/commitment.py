"""The commitment of a batch as this member has read it, or the reason to come back later."""

from typing import ClassVar

from oracle.chain.facts import Committed
from oracle.chain.grounds import Ground, ground_of_commitment, ground_of_reference
from oracle.chain.view import AllianceView
from oracle.domain.asked import AskedBatch
from oracle.domain.errors import Transient
from oracle.domain.ids import BatchId, MemberId


class NotYetCommitted(Transient):
    """The batch's commitment is not in the blocks read so far: not yet, or a reorganisation took it back."""

    code: ClassVar[str] = "not_yet_committed"


def commitment_of(view: AllianceView, me: MemberId, batch_id: BatchId) -> Committed:
    """Raises `NotYetCommitted`; everything that prices a reply starts from here."""
    found = view.commitment(me, batch_id)
    if found is None:
        raise NotYetCommitted("This member has not read the batch's commitment yet; try again shortly.")
    return found


def final_commitment_of(view: AllianceView, me: MemberId, batch_id: BatchId) -> Committed:
    """As `commitment_of`, with its confirmations: whoever judges before may judge by an order that passes."""
    found = commitment_of(view, me, batch_id)
    if not view.final(found):
        raise NotYetCommitted("The batch's commitment has too few blocks on top of it; try again shortly.")
    return found


def ground_of(view: AllianceView, me: MemberId, batch: AskedBatch) -> Ground:
    """Raises `NotYetCommitted`; everything that prices or judges a reply starts from here."""
    if batch.content.reference is not None:
        return ground_of_reference(batch.content.reference)
    return ground_of_commitment(commitment_of(view, me, batch.batch_id))
