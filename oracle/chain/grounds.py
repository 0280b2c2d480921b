"""The block that a batch rests on: its prices, its prefix lengths and its snapshots are those of this block.

A committed batch rests on the block of its commitment and is answered from what was published before it; an
express batch rests on the reference block that its request names, and on what was published up to it.
"""

from dataclasses import dataclass

from oracle.chain.books.publications import PlacedPublication
from oracle.chain.facts import Committed
from oracle.chain.view import AllianceView
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.reference import ReferenceBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a batch stands in time."""

    block_number: BlockNumber
    block_timestamp: int
    """Unix seconds."""
    express: bool

    def publication(self, view: AllianceView, holder: MemberId) -> PlacedPublication | None:
        """What this holder has to answer from, None when it had published nothing."""
        if self.express:
            return view.publications.up_to(holder, self.block_number)
        return view.publication_before(holder, self.block_number)

    def epoch(self, view: AllianceView) -> int:
        """Whose prices and scores count."""
        return view.epoch_of(self.block_timestamp)


def ground_of_commitment(committed: Committed) -> Ground:
    return Ground(
        block_number=committed.at.block_number,
        block_timestamp=committed.at.block_timestamp,
        express=False,
    )


def ground_of_reference(reference: ReferenceBlock) -> Ground:
    return Ground(block_number=reference.number, block_timestamp=reference.timestamp, express=True)
