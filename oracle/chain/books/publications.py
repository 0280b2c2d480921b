"""Published snapshots of every holder, append only."""

from dataclasses import dataclass, field

from oracle.chain.facts import Published
from oracle.domain.ids import BlockNumber, MemberId
from oracle.domain.messages import Publication
from oracle.domain.place import NO_SNAPSHOT, SnapshotPlace
from oracle.rules.snapshot import committed_snapshot, express_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPublication:
    """A publication and the block it stands in."""

    publication: Publication
    block_number: BlockNumber
    block_hash: bytes
    block_timestamp: int

    @property
    def place(self) -> SnapshotPlace:
        return SnapshotPlace(block=self.block_number, block_hash=self.block_hash)


@dataclass(slots=True)
class PublicationBook:
    _of_holder: dict[MemberId, list[PlacedPublication]] = field(default_factory=dict)
    _blocks: dict[MemberId, list[BlockNumber]] = field(default_factory=dict)

    def apply(self, fact: Published) -> None:
        publication = Publication(
            holder=fact.member_id,
            sequence=fact.sequence,
            root=fact.root,
            bits=fact.bits,
            oprf_key_version=fact.oprf_key_version,
        )
        placed = PlacedPublication(
            publication=publication,
            block_number=fact.at.block_number,
            block_hash=fact.at.block_hash,
            block_timestamp=fact.at.block_timestamp,
        )
        self._of_holder.setdefault(fact.member_id, []).append(placed)
        self._blocks.setdefault(fact.member_id, []).append(fact.at.block_number)

    def of(self, holder: MemberId) -> tuple[PlacedPublication, ...]:
        return tuple(self._of_holder.get(holder, ()))

    def before(self, holder: MemberId, block: BlockNumber) -> PlacedPublication | None:
        """The last one in a block strictly before this one: the committed snapshot rule."""
        index = committed_snapshot(self._blocks.get(holder, ()), commit_block=block)
        return None if index is None else self._of_holder[holder][index]

    def place_before(self, holder: MemberId, block: BlockNumber) -> SnapshotPlace:
        """Where that one stands."""
        placed = self.before(holder, block)
        return NO_SNAPSHOT if placed is None else placed.place

    def up_to(self, holder: MemberId, block: BlockNumber) -> PlacedPublication | None:
        """The last one up to and including this block: the express snapshot rule."""
        index = express_snapshot(self._blocks.get(holder, ()), reference_block=block)
        return None if index is None else self._of_holder[holder][index]
